// Everything by keyboard. Each row: its keys, what it does in words, where it holds, what it does.
const lines = () => (S.view === "grid" ? G.columns : 1);
const pageful = () => (S.view === "grid" ? Math.max(1, Math.floor(grid.clientHeight / (G.height + G.gap))) * G.columns : 10);
// The picture moves on at once: whoever judges quickly must not wait for the answer, or judge one picture twice.
const verdict = (word) => () => {
  const ids = chosen();
  if (!ids.length) return;
  const allHave = ids.every((id) => S.pictures.get(id).verdict === word);
  const next = S.shown[S.shown.indexOf(S.cursor) + 1];
  judge(ids, allHave ? null : word);
  if (!allHave && ids.length === 1 && next) moveTo(next);
};
const extend = (steps) => () => {
  if (S.anchor === null || !S.selected.size) S.anchor = S.cursor;
  const at = S.shown.indexOf(S.cursor) + steps;
  selectTo(S.shown[Math.min(Math.max(at, 0), S.shown.length - 1)]);
};
const KEYS = [
  ["Move", [["ArrowRight", "→ or J", "next picture", () => moveBy(1)], ["j", "", "", () => moveBy(1)],
    ["ArrowLeft", "← or K", "picture before", () => moveBy(-1)], ["k", "", "", () => moveBy(-1)],
    ["ArrowDown", "↓ ↑", "a row down or up", () => moveBy(lines())], ["ArrowUp", "", "", () => moveBy(-lines())],
    ["PageDown", "Page ↓ ↑", "a page down or up", () => moveBy(pageful())], ["PageUp", "", "", () => moveBy(-pageful())],
    ["Home", "Home, End", "first or last picture", () => moveTo(S.shown[0])], ["End", "", "", () => moveTo(S.shown[S.shown.length - 1])],
    ["Enter", "Enter", "open the picture", () => (S.view === "grid" ? openSingle(S.cursor) : caption.focus())],
    ["Escape", "Esc", "back to the grid; clear the selection", () => { if (S.view === "single") openGrid(); else { S.selected.clear(); S.anchor = null; showGrid(); showCounts(); } }],
    ["z", "Z", "zoom in or out", () => { if (S.view === "grid") openSingle(S.cursor); zoomed(!one("#stage").classList.contains("zoomed")); }]]],
  ["Judge", [["a", "A", "accept, and on to the next", verdict("accepted")], ["x", "X", "reject, and on to the next", verdict("rejected")],
    ["r", "", "", verdict("rejected")], ["u", "U", "no verdict", () => judge(chosen(), null)]]],
  ["Words", [["e", "E", "edit the caption", () => { if (S.view === "grid") openSingle(S.cursor); caption.focus(); caption.setSelectionRange(caption.value.length, caption.value.length); }],
    ["+enter", "Enter", "save, while editing", null], ["+ctrl enter", "Ctrl+Enter", "save, and edit the next", null], ["+esc", "Esc", "leave as it was, while editing", null],
    ["+numbers", "1 … 9", "take that caption", null], ["b", "B", "change many captions", () => openBulk()],
    ["mod+z", "Ctrl+Z", "take the last change back", () => goBack("undo")], ["mod+shift+z", "Ctrl+Shift+Z", "make it again", () => goBack("redo")], ["mod+y", "", "", () => goBack("redo")]]],
  ["Choose", [["/", "/", "search", () => { if (S.view === "single") openGrid(); one("#search").focus(); one("#search").select(); }],
    ["f", "F", "filter", () => openFilters()], [" ", "Space", "select or not", () => { if (S.view === "grid" && S.cursor) { toggled(S.selected, S.cursor); S.anchor = S.cursor; showGrid(); showCounts(); } }],
    ["shift+arrowright", "Shift+arrows", "select more", extend(1)], ["shift+arrowleft", "", "", extend(-1)], ["shift+arrowdown", "", "", () => extend(lines())()], ["shift+arrowup", "", "", () => extend(-lines())()],
    ["mod+a", "Ctrl+A", "select all that are shown", () => { if (S.view === "grid") { S.selected = new Set(S.shown); showGrid(); showCounts(); } }],
    ["c", "C", "show all pictures again", () => clearFilter()], ["?", "?", "these keys", () => one("#help").showModal()]]],
];
const BY_KEY = new Map(KEYS.flatMap(([, rows]) => rows).filter(([, , , act]) => act).map(([key, , , act]) => [key.toLowerCase(), act]));

const openFilters = () => {
  document.body.classList.add("filtering");
  (one("#facets .option") ?? one("#tag-search"))?.focus();
};
one("#filters-open").addEventListener("click", openFilters);
one("#filters-close").addEventListener("click", () => { document.body.classList.remove("filtering"); (S.view === "grid" ? grid : one("#stage")).focus(); });

one("#help-keys").replaceChildren(...KEYS.map(([title, rows]) => make("section", {}, make("h3", {}, title),
  make("ul", {}, ...rows.filter(([, shown]) => shown).map(([, shown, words]) => make("li", {}, make("span", {}, words), make("span", { class: "keys" }, make("kbd", {}, shown))))))));

const typing = (target) => target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
document.addEventListener("keydown", (event) => {
  if (!S.set || one("dialog[open]") || !one("#done").hidden || event.isComposing) return;
  const key = event.key.toLowerCase();
  const name = `${event.ctrlKey || event.metaKey ? "mod+" : ""}${event.shiftKey && (key.startsWith("arrow") || event.ctrlKey || event.metaKey) ? "shift+" : ""}${key}`;
  if (event.target === caption) { editingKey(event, key); return; }
  if (typing(event.target)) {
    if (key === "escape" || (key === "enter" && event.target.id === "search")) { event.preventDefault(); grid.focus(); }
    return;
  }
  if (event.altKey) return;
  if (one("#filters").contains(event.target)) {
    if (key === "escape") { event.preventDefault(); one("#filters-close").click(); return; }
    if (["enter", " ", "arrowup", "arrowdown", "home", "end", "pageup", "pagedown"].includes(key)) {
      const step = { arrowup: -1, arrowdown: 1 }[key];
      const stops = all("button, summary, input", one("#filters")).filter((stop) => stop.offsetParent);
      if (step) { event.preventDefault(); stops[stops.indexOf(event.target) + step]?.focus(); }
      return;
    }
  }
  if ((key === "enter" || key === " ") && event.target.matches("button, a, summary, input")) return;
  if (/^[1-9]$/.test(name) && S.view === "single") { event.preventDefault(); takeVersion(Number(name)); return; }
  const act = BY_KEY.get(name);
  if (act) { event.preventDefault(); act(); }
});
const editingKey = (event, key) => {
  if (key === "enter" && !event.shiftKey) {
    event.preventDefault();
    if (!event.ctrlKey && !event.metaKey) { one("#stage").focus({ preventScroll: true }); return; } // which saves
    saveDraft().then((kept) => {
      if (kept !== null) D.step = "";
      if (kept && S.shown.indexOf(S.cursor) < S.shown.length - 1) { moveBy(1); caption.focus(); }
    });
  } else if (key === "escape") {
    event.preventDefault();
    const begun = D.begun;
    if (D.step) { caption.value = begun; saveDraft().then(() => { D.step = ""; showSingle(); }); }
    one("#stage").focus({ preventScroll: true });
  }
};
