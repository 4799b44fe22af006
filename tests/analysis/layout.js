// What has no place on a page: what is wider than the screen or than its own box, blocks that meet, words of a figure that
// meet or are cut off. Returns a line for each.
const found = [];
const words = (one) => one.textContent.trim().replace(/\s+/g, " ").slice(0, 60);

for (const one of document.querySelectorAll("main *")) {
  if (one.closest("svg, .scroll, [hidden]") || !one.checkVisibility() || one.closest("details:not([open])")) continue;
  const box = one.getBoundingClientRect();
  if (box.right > innerWidth + 1 || box.left < -1) found.push(`wider than the screen: ${one.tagName} ${words(one)}`);
  const cut = getComputedStyle(one).textOverflow === "ellipsis"; // a verdict in one line; the table of claims has it whole
  if (one.clientWidth && one.scrollWidth > one.clientWidth + 1 && !cut) found.push(`wider than its box: ${one.tagName} ${words(one)}`);
}

function meeting(elements, where) {
  const boxes = elements.map((one) => [one, one.getBoundingClientRect()]).filter(([, box]) => box.width && box.height);
  boxes.forEach(([one, a], place) => {
    for (const [other, b] of boxes.slice(place + 1)) {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 1) found.push(`meet in ${where}: ${words(one)} | ${words(other)}`);
    }
  });
}

const blocks = "main, main header, main section, main figure, .first > div, .tools, .fold > div, main ul, main dl";
for (const parent of document.querySelectorAll(blocks)) {
  meeting([...parent.children].filter((one) => !one.closest("[hidden]")), parent.className || parent.tagName);
}
for (const svg of document.querySelectorAll("svg[role=img]")) {
  const name = svg.getAttribute("aria-label").slice(0, 60);
  const texts = [...svg.querySelectorAll("text")];
  const frame = svg.getBoundingClientRect();
  meeting(texts, name);
  for (const text of texts) {
    const box = text.getBoundingClientRect();
    const out = [frame.left - box.left, box.right - frame.right, frame.top - box.top, box.bottom - frame.bottom];
    if (box.width && Math.max(...out) > 2) found.push(`cut off in ${name}: ${words(text)}`);
  }
}
return found;
