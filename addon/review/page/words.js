// Captions as words: tags, differences, and what a change of many would make of one. Nothing here knows the page.
const tidied = (text) => text.replace(/[\s\u0000-\u001f]+/g, " ").trim();
const isSentence = (text) => /[.!?]$/.test(text.trim());

// A caption cut at its commas and at the ends of its sentences: [{word, stop, after}], which put together are the text.
const stretches = (text) => [...text.matchAll(/([^,]*?)([.;!?]*)(,\s*|(?<=[.;!?])\s+|$)/g)]
  .map(([, word, stop, after]) => ({ word, stop, after })).filter(({ word, stop }) => word.trim() || stop);
const together = (parts) => mended(parts.map(({ word, stop, after }) => word + stop + after).join(""));
const tagsOf = (text) => stretches(text).map(({ word }) => word.trim()).filter(Boolean);
const listed = (text) => text.split(",").map((tag) => tidied(tag)).filter(Boolean);
const same = (a, b) => a.toLowerCase().replaceAll("_", " ").trim() === b.toLowerCase().replaceAll("_", " ").trim();

// The caption without a run of spaces or commas that a change left behind.
const mended = (text) => tidied(text).replace(/\s+([,.;!?])(?=[\s,.]|$)/g, "$1").replace(/,(\s*,)+/g, ",").replace(/,([.;!?])/g, "$1").replace(/^[,;.\s]+/, "").replace(/[,;\s]+$/, "");

const withAdded = (text, words, place, trigger) => {
  const tags = tagsOf(text);
  const fresh = listed(words).filter((word) => !tags.some((tag) => same(tag, word))).join(", ");
  if (!fresh) return text;
  if (!text.trim()) return fresh;
  if (place === "end") return isSentence(text) ? `${text.trim()} ${tidied(words)}` : `${mended(text)}, ${fresh}`;
  const first = trigger && tags.length && same(tags[0], trigger) ? stretches(text)[0].word.length : 0;
  return mended(`${text.slice(0, first)}, ${fresh}, ${text.slice(first)}`);
};

// Each stretch that is `gone` replaced by `put`; a sentence's end stays where it was.
const replaced = (text, gone, put) => {
  const parts = stretches(text);
  if (!parts.some(({ word }) => gone(word))) return text;
  const left = [];
  for (const part of parts) {
    if (!gone(part.word)) { left.push(part); continue; }
    const fresh = put.filter((tag) => !parts.some(({ word }) => !gone(word) && same(word, tag)));
    if (fresh.length) { left.push({ ...part, word: fresh.join(", ") }); put = []; }
    else if (part.stop && left.length && !left[left.length - 1].stop) Object.assign(left[left.length - 1], { stop: part.stop, after: part.after });
  }
  return together(left);
};
const withoutTags = (text, words) => replaced(text, (tag) => listed(words).some((word) => same(tag, word)), []);
const withReplacedTag = (text, what, other) => replaced(text, (tag) => same(tag, what), listed(other));

const escaped = (text) => text.replace(/[.*+?^$()|[\]{}\\]/g, "\\$&");
const withReplacedText = (text, what, other, whole, capitals) => {
  if (!what) return text;
  const edge = (sign, side) => (whole && /[\p{L}\p{N}_]/u.test(sign) ? side : "");
  const before = edge(what[0], "(?<![\\p{L}\\p{N}_])");
  const after = edge(what[what.length - 1], "(?![\\p{L}\\p{N}_])");
  const changed = text.replace(new RegExp(before + escaped(what) + after, capitals ? "gu" : "giu"), () => other);
  return changed === text ? text : mended(changed);
};

// What one word list has that the other has not: [[text, "same" | "gone" | "come"], ...], by the longest common run.
const pieces = (text) => text.match(/[\p{L}\p{N}_'’\-]+|[^\p{L}\p{N}_'’\-]+/gu) ?? [];
const differences = (before, after) => {
  const a = pieces(before).slice(0, 800);
  const b = pieces(after).slice(0, 800);
  const alike = (x, y) => x.toLowerCase() === y.toLowerCase();
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i][j] = alike(a[i], b[j]) ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const found = [];
  const say = (text, kind) => {
    if (found.length && found[found.length - 1][1] === kind) found[found.length - 1][0] += text;
    else found.push([text, kind]);
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && alike(a[i], b[j])) { say(b[j], "same"); i++; j++; }
    else if (i < a.length && (j >= b.length || lengths[i + 1][j] >= lengths[i][j + 1])) { say(a[i], "gone"); i++; }
    else { say(b[j], "come"); j++; }
  }
  return found;
};

// Parts of one kind put together over the spaces between them, for reading.
const merged = (parts) => parts.reduce((found, [text, kind]) => {
  const last = found[found.length - 1];
  const before = found[found.length - 2];
  if (before && before[1] === kind && kind !== "same" && last[1] === "same" && !last[0].trim()) {
    before[0] += found.pop()[0] + text;
  } else found.push([text, kind]);
  return found;
}, []);

// Elements
const one = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const make = (name, given = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "onclick") element.addEventListener("click", value);
    else if (key === "class") element.className = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};
const plural = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
