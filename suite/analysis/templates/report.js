// Makes the tables of answers sort, filter, hide columns and unfold. Without it they are complete tables, and what a row
// unfolds to stands below, under "Row by row".
"use strict";

const UNITS = { k: 1e3, M: 1e6, G: 1e9, T: 1e12, s: 1, min: 60, h: 3600, ms: 1e-3 };

// The number that a cell begins with, in its unit: "1 h 05 min", "11.9 M", "2.97% (1.33 to 4.61)"; null where it has none.
function number(text) {
  const parts = [...text.replace(/,/g, "").replace(/^−/, "-").matchAll(/(-?\d+(?:\.\d+)?)\s*([a-zA-Z]*)/g)];
  if (!parts.length || text.search(/[-−\d]/) !== 0) return null;
  let total = parts[0][1] * (UNITS[parts[0][2]] ?? 1);
  for (const [, value, unit] of parts.slice(1)) {
    if (!["min", "s"].includes(unit)) break;
    total += value * UNITS[unit];
  }
  return total;
}

function compare(a, b) {
  const [x, y] = [number(a), number(b)];
  if (x !== null && y !== null) return x - y;
  if (x !== null || y !== null) return x === null ? 1 : -1;
  return a.localeCompare(b);
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function sortable(table) {
  const rows = () => [...table.tBodies[0].rows].filter((row) => !row.classList.contains("unfolded"));
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = element("button", { type: "button", title: "Sort by this column" }, ...head.childNodes);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      rows().forEach((row) => fold(row, false));
      const cell = (row) => row.cells[column].dataset.text;
      const sorted = rows().sort((a, b) => (down ? -1 : 1) * compare(cell(a), cell(b)));
      table.tBodies[0].append(...sorted);
    });
  });
}

function fold(row, open) {
  const button = row.querySelector("button.unfold");
  if (!button || (button.getAttribute("aria-expanded") === "true") === open) return;
  const details = document.getElementById(row.dataset.fold);
  button.setAttribute("aria-expanded", open);
  if (open) {
    const cell = element("td", { colSpan: row.cells.length }, details.querySelector("div"));
    row.after(element("tr", { className: "unfolded" }, cell));
  } else {
    details.append(row.nextSibling.querySelector("div"));
    row.nextSibling.remove();
  }
}

function unfolding(row) {
  if (!document.getElementById(row.dataset.fold)) return;
  const cell = row.cells[[...row.cells].findIndex((other) => !other.classList.contains("n"))];
  const button = element("button", { type: "button", className: "unfold" }, ...cell.childNodes);
  button.setAttribute("aria-expanded", "false");
  cell.replaceChildren(button);
  button.addEventListener("click", () => fold(row, button.getAttribute("aria-expanded") !== "true"));
}

function tools(table) {
  const rows = [...table.tBodies[0].rows];
  const filter = element("input", { type: "search", placeholder: "Filter rows" });
  filter.setAttribute("aria-label", "Filter rows");
  filter.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase();
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      if (row.hidden) fold(row, false);
    }
  });
  const boxes = [...table.tHead.rows[0].cells].map((head, column) => {
    const box = element("input", { type: "checkbox", checked: true });
    box.addEventListener("change", () => {
      for (const row of [table.tHead.rows[0], ...rows]) row.cells[column].hidden = !box.checked;
    });
    return element("label", {}, box, ` ${head.textContent}`);
  });
  const columns = element("details", { className: "columns" }, element("summary", {}, "Columns"), ...boxes);
  table.parentElement.after(element("div", { className: "tools" }, filter, columns));
}

for (const table of document.querySelectorAll("table.answers")) {
  for (const row of table.tBodies[0].rows) for (const cell of row.cells) cell.dataset.text = cell.textContent;
  tools(table);
  sortable(table);
  for (const row of table.tBodies[0].rows) unfolding(row);
}
