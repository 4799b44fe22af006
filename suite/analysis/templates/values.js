// Shows what the places of a figure say: at once under a pointer or a finger, and with the arrow keys in a figure that has
// the focus. Without it they have titles, which browsers show after a while.
{
  const tip = element("div", { className: "tip", hidden: true });
  tip.setAttribute("role", "status");
  document.body.append(tip);

  const show = (place) => {
    const title = place.querySelector("title");
    if (title) {
      place.dataset.text = title.textContent;
      title.remove(); // or the browser shows it, too
    }
    tip.textContent = place.dataset.text;
    tip.hidden = false;
    const box = place.getBoundingClientRect();
    const left = Math.min(box.left + box.width / 2, innerWidth - tip.offsetWidth - 8);
    const above = box.top - tip.offsetHeight - 6;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${above > 0 ? above : box.bottom + 6}px`;
  };

  for (const figure of document.querySelectorAll("svg[role=img]")) {
    const places = [...figure.querySelectorAll(".value")];
    if (!places.length) continue;
    let at = -1;
    figure.setAttribute("tabindex", "0");
    const pointed = (event) => {
      if (event.target.matches(".value")) show(event.target);
    };
    figure.addEventListener("pointerover", pointed);
    figure.addEventListener("pointerdown", pointed);
    figure.addEventListener("pointerleave", () => (tip.hidden = true));
    figure.addEventListener("blur", () => (tip.hidden = true));
    figure.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") tip.hidden = true;
      if (!step) return;
      event.preventDefault();
      places[at]?.classList.remove("shown");
      at = (at + step + places.length) % places.length;
      places[at].classList.add("shown");
      show(places[at]);
    });
  }
  addEventListener("scroll", () => (tip.hidden = true), { passive: true });
}
