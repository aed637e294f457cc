// A thousand pictures in a scrolling grid: only the cards in sight exist, and only their pictures are asked for.
const G = { columns: 1, size: 0, height: 0, gap: 10, live: new Map(), pool: [], top: 0, waiting: 0 };
const grid = one("#grid");
const space = one("#space");
const WORDS_HEIGHT = 68;
const small = (picture) => `/small?id=${encodeURIComponent(picture.id)}&v=${picture.v}&k=${S.look}`;

const measure = () => {
  const width = grid.clientWidth - 2 * G.gap;
  const wanted = width < 500 ? 160 : 210;
  G.columns = Math.max(1, Math.floor((width + G.gap) / (wanted + G.gap)));
  G.size = Math.floor((width + G.gap) / G.columns) - G.gap;
  G.height = G.size + WORDS_HEIGHT;
};
const newCard = () => {
  const image = make("img", { alt: "", decoding: "async", draggable: "false" });
  const card = make("div", { class: "card", role: "option" },
    make("div", { class: "frame" }, image, make("p", { class: "lost", hidden: true }, "This picture can't be shown."), make("div", { class: "marks" }), make("span", { class: "tick", "aria-hidden": "true" }, "✓")),
    make("div", { class: "words" }, make("p", {})));
  image.addEventListener("error", () => { if (image.getAttribute("src")) { image.hidden = true; one(".lost", card).hidden = false; } });
  card.addEventListener("click", (event) => {
    const id = card.dataset.id;
    if (event.shiftKey) selectTo(id);
    else if (event.ctrlKey || event.metaKey) { toggled(S.selected, id); S.anchor = id; moveTo(id); showGrid(); showCounts(); }
    else if (S.cursor === id && event.detail < 2 && matchMedia("(pointer: coarse)").matches) openSingle(id);
    else moveTo(id);
  });
  card.addEventListener("dblclick", (event) => { if (!event.ctrlKey && !event.shiftKey && !event.metaKey) openSingle(card.dataset.id); });
  return card;
};
const badge = (kind, words, title) => make("span", { class: `badge ${kind}`, title }, words);
const marksOf = (picture) => {
  const bad = picture.flags.filter((flag) => flag.severity === "bad").length;
  const look = picture.flags.length - bad;
  const sentences = picture.flags.map((flag) => flag.sentence).join("\n");
  return [
    picture.verdict === "accepted" && badge("accepted", "✓ accepted"), picture.verdict === "rejected" && badge("rejected", "✗ rejected"),
    picture.out && picture.verdict !== "accepted" && badge("out", "left out", picture.out),
    picture.text !== null && badge("edited", "edited"),
    bad > 0 && badge("bad", `! ${bad}`, sentences), look > 0 && badge("look", `? ${look}`, sentences),
  ].filter(Boolean);
};
const fill = (card, id, position, later) => {
  const picture = S.pictures.get(id);
  const image = one("img", card);
  const source = small(picture);
  if (card.dataset.id !== id || card.dataset.source !== source) {
    card.dataset.id = id;
    card.dataset.source = source;
    image.hidden = false;
    one(".lost", card).hidden = true;
    image.removeAttribute("src");
    if (!later) image.src = source;
  } else if (!later && !image.getAttribute("src")) image.src = source;
  card.id = `card-${position}`;
  card.setAttribute("aria-posinset", position + 1);
  card.setAttribute("aria-setsize", S.shown.length);
  card.setAttribute("aria-selected", String(S.selected.has(id)));
  card.setAttribute("aria-label", [`Picture ${picture.name}`, picture.verdict, picture.text !== null && "edited", picture.flags.length && plural(picture.flags.length, "flag"), textOf(picture) || "no caption"].filter(Boolean).join(", "));
  card.classList.toggle("cursor", id === S.cursor);
  card.classList.toggle("rejected", picture.verdict === "rejected" || (!!picture.out && picture.verdict !== "accepted"));
  one(".marks", card).replaceChildren(...marksOf(picture));
  one(".words p", card).replaceChildren(make("b", {}, picture.name), textOf(picture) || "no caption");
  const column = position % G.columns;
  const row = (position - column) / G.columns;
  card.style.width = `${G.size}px`;
  card.style.height = `${G.height}px`;
  card.style.transform = `translate(${G.gap + column * (G.size + G.gap)}px, ${G.gap + row * (G.height + G.gap)}px)`;
};

// anew: the list or the window's width is another one. scrolled: nothing else happened, so cards that are there stay.
const showGrid = (anew = false, scrolled = false) => {
  const none = !S.shown.length;
  one("#empty").hidden = !none || S.view === "single";
  one("#empty-words").textContent = S.order.length ? "No picture fits this filter." : "There are no pictures here.";
  one("#empty-clear").hidden = !S.order.length;
  if (S.view !== "grid") return;
  if (anew || !G.size) {
    measure();
    const rows = Math.ceil(S.shown.length / G.columns);
    space.style.height = `${rows ? rows * (G.height + G.gap) + G.gap : 0}px`;
  }
  const step = G.height + G.gap;
  const rushing = Math.abs(grid.scrollTop - G.top) > 2 * grid.clientHeight;
  G.top = grid.scrollTop;
  const first = Math.max(0, Math.floor(grid.scrollTop / step) - 1) * G.columns;
  const last = Math.min(S.shown.length, (Math.ceil((grid.scrollTop + grid.clientHeight) / step) + 1) * G.columns);
  const wanted = new Set(S.shown.slice(first, last));
  for (const [id, card] of G.live) {
    if (!wanted.has(id)) { G.live.delete(id); G.pool.push(card); card.hidden = true; one("img", card).removeAttribute("src"); card.dataset.source = ""; }
  }
  for (let position = first; position < last; position++) {
    const id = S.shown[position];
    let card = G.live.get(id);
    const fresh = !card;
    if (fresh) {
      card = G.pool.pop() ?? newCard();
      card.hidden = false;
      if (!card.parentNode) space.append(card);
      G.live.set(id, card);
    }
    if (!scrolled || fresh || !one("img", card).getAttribute("src")) fill(card, id, position, rushing);
  }
  const at = S.shown.indexOf(S.cursor);
  if (at >= 0 && G.live.has(S.cursor)) grid.setAttribute("aria-activedescendant", `card-${at}`);
  else grid.removeAttribute("aria-activedescendant");
  if (rushing) { clearTimeout(G.waiting); G.waiting = setTimeout(() => showGrid(), 80); }
};
let drawing = 0;
const drawSoon = () => { drawing ||= requestAnimationFrame(() => { drawing = 0; showGrid(false, true); }); };
grid.addEventListener("scroll", drawSoon, { passive: true });
new ResizeObserver(() => { if (S.set && S.view === "grid") { showGrid(true); } }).observe(grid);

const intoSight = (id) => {
  const at = S.shown.indexOf(id);
  if (at < 0 || S.view !== "grid") return;
  const top = Math.floor(at / G.columns) * (G.height + G.gap);
  if (top < grid.scrollTop) grid.scrollTop = top;
  else if (top + G.height + 2 * G.gap > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + G.height + 2 * G.gap - grid.clientHeight;
};
const moveTo = (id) => {
  if (!id) return;
  if (S.view === "single" && id !== S.cursor) { saveDraft(); }
  S.cursor = id;
  intoSight(id);
  if (S.view === "grid") showGrid(); else showSingle();
};
const moveBy = (steps) => {
  const at = S.shown.indexOf(S.cursor);
  const to = Math.min(Math.max(at + steps, 0), S.shown.length - 1);
  if (Math.abs(steps) > 1 && at + steps > S.shown.length - 1 && Math.floor(at / G.columns) === Math.floor((S.shown.length - 1) / G.columns)) return;
  moveTo(S.shown[to]);
};
const selectTo = (id) => {
  const from = S.shown.indexOf(S.anchor ?? S.cursor);
  const to = S.shown.indexOf(id);
  if (S.anchor === null) S.anchor = S.cursor;
  S.selected = new Set(S.shown.slice(Math.min(from, to), Math.max(from, to) + 1));
  moveTo(id);
  showGrid();
  showCounts();
};
const chosen = () => (S.selected.size && S.view === "grid" ? S.shown.filter((id) => S.selected.has(id)) : S.cursor ? [S.cursor] : []);
