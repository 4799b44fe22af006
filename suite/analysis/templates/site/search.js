// Searches the index that the page carries: every word has to occur; a title that has them comes before a text.
"use strict";

const INDEX = JSON.parse(document.getElementById("index").textContent);
const BOX = document.querySelector(".bar input[name=q]");

function rank(entry, words) {
  const title = entry.title.toLowerCase();
  const text = `${title} ${entry.kind} ${entry.text.toLowerCase()}`;
  if (!words.every((word) => text.includes(word))) return 0;
  if (title === words.join(" ")) return 4;
  if (title.startsWith(words[0]) && words.every((word) => title.includes(word))) return 3;
  return words.every((word) => title.includes(word)) ? 2 : 1;
}

// Some of the text, round the first of the words that occurs in it.
function excerpt(text, words) {
  const places = words.map((word) => text.toLowerCase().indexOf(word)).filter((place) => place >= 0);
  const start = Math.max(0, (places.length ? Math.min(...places) : 0) - 60);
  return (start ? "…" : "") + text.slice(start, start + 200) + (text.length > start + 200 ? "…" : "");
}

function item(entry, words) {
  const link = Object.assign(document.createElement("a"), { href: entry.url, textContent: entry.title });
  const kind = Object.assign(document.createElement("span"), { className: "kind", textContent: entry.kind });
  const text = Object.assign(document.createElement("p"), { textContent: excerpt(entry.text, words) });
  const line = document.createElement("li");
  line.append(link, " ", kind, text);
  return line;
}

function search() {
  const words = BOX.value.toLowerCase().split(/\s+/).filter(Boolean);
  const ranked = words.length ? INDEX.map((entry) => [rank(entry, words), entry]).filter(([score]) => score) : [];
  ranked.sort((a, b) => b[0] - a[0]); // stable: what is alike stays in the site's order
  document.getElementById("results").replaceChildren(...ranked.map(([, entry]) => item(entry, words)));
  const said = ranked.length === 1 ? "1 place" : `${ranked.length} places`;
  document.getElementById("found").textContent = words.length ? said : "Type a word: an architecture, a data set, a setting.";
}

BOX.value = new URLSearchParams(location.search).get("q") ?? "";
BOX.addEventListener("input", search);
BOX.form.addEventListener("submit", (event) => event.preventDefault());
search();
BOX.focus();
