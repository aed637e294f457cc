// One picture large, its caption in a box, and everything that is known of its words.
const caption = one("#caption");
const D = { id: null, begun: "", saved: "", step: "", seen: 0, timer: 0, asked: null };
// Words that could not be sent, by picture: they come back into the box, and are sent when the review answers again.
const drafts = new Map();
const unsaved = () => D.step !== "" && tidied(caption.value) !== D.saved;

const openSingle = (id) => {
  if (!id) return;
  S.cursor = id;
  S.view = "single";
  document.body.className = "single-view";
  one("#single").hidden = false;
  one("#empty").hidden = true;
  grid.inert = true;
  showSingle();
  one("#stage").focus({ preventScroll: true });
};
const openGrid = () => {
  saveDraft();
  S.view = "grid";
  document.body.className = "grid-view";
  one("#single").hidden = true;
  grid.inert = false;
  zoomed(false);
  refilter();
  intoSight(S.cursor);
  grid.focus({ preventScroll: true });
};

const sayState = () => {
  const picture = S.pictures.get(S.cursor);
  const state = one("#caption-state");
  const dirty = unsaved();
  state.className = dirty ? "dirty" : "";
  state.textContent = dirty ? "Not saved yet" : picture.text !== null ? "Edited by you" : S.set.ours ? (picture.own ? "The dataset's own" : "None written yet") : "As it was";
  one("#save").disabled = !dirty;
  one("#take-back").disabled = picture.text === null;
};
const fillCaption = (picture) => {
  const text = textOf(picture);
  caption.value = drafts.get(picture.id) ?? text;
  Object.assign(D, { id: picture.id, begun: text, saved: text, step: drafts.has(picture.id) ? letters(6) : "", seen: S.revision });
};
const saveDraft = (keepalive = false) => {
  clearTimeout(D.timer);
  if (!unsaved()) return Promise.resolve(true);
  const text = tidied(caption.value);
  const edits = { [D.id]: { text: text || null } };
  const before = D.saved;
  D.saved = text;
  if (keepalive) return ask("/api/change", { edits, step: D.step, revision: D.seen }, { keepalive: true }).catch(() => {});
  const id = D.id;
  return change(edits, D.step, D.seen).then((kept) => {
    if (kept === null) drafts.set(id, text); else drafts.delete(id);
    if (D.id !== id) return kept;
    if (kept === null) D.saved = before; // it could not be sent: the words stay in the box, unsaved
    else { D.seen = S.revision; if (!kept) D.step = ""; }
    if (S.view === "single") showSingle();
    return kept;
  });
};
const sendDrafts = () => {
  saveDraft();
  for (const [id, text] of drafts) change({ [id]: { text: text || null } }).then((kept) => { if (kept !== null) drafts.delete(id); });
};
caption.addEventListener("input", () => {
  if (!D.step) Object.assign(D, { step: letters(6), seen: S.revision });
  clearTimeout(D.timer);
  D.timer = setTimeout(saveDraft, 1200);
  sayState();
});
caption.addEventListener("focus", () => { if (!D.step) D.begun = caption.value; });
caption.addEventListener("blur", () => { saveDraft().then((kept) => { if (kept !== null && document.activeElement !== caption) D.step = ""; }); });

const zoomed = (on) => {
  const stage = one("#stage");
  const image = one("#large");
  stage.classList.toggle("zoomed", on);
  one("#zoom").setAttribute("aria-pressed", String(on));
  if (!on) return;
  const wide = Math.max(image.naturalWidth / devicePixelRatio, stage.clientWidth * 1.6);
  stage.style.setProperty("--zoomed", `${Math.round(wide)}px`);
  stage.scrollTo((stage.scrollWidth - stage.clientWidth) / 2, (stage.scrollHeight - stage.clientHeight) / 3);
};
const large = (picture) => `/picture?id=${encodeURIComponent(picture.id)}&v=${picture.v}&k=${S.look}`;

const showSingle = () => {
  if (S.view !== "single") return;
  const picture = S.pictures.get(S.cursor);
  if (!picture) { openGrid(); return; }
  const image = one("#large");
  const source = large(picture);
  if (image.getAttribute("src") !== source) {
    zoomed(false);
    image.hidden = false;
    one("#broken").hidden = true;
    image.removeAttribute("src"); // never the picture before beside this one's words
    image.style.backgroundImage = `url("${small(picture)}")`;
    image.src = source;
    const after = S.pictures.get(S.shown[S.shown.indexOf(S.cursor) + 1]);
    if (after) new Image().src = large(after);
    one("#panel").scrollTop = 0;
  }
  image.alt = `Picture ${picture.name}: ${textOf(picture)}`;
  if (D.id !== picture.id || (!unsaved() && caption.value !== textOf(picture))) fillCaption(picture);
  sayState();
  const at = S.shown.indexOf(S.cursor);
  one("#place").replaceChildren(`${picture.name} · ${at + 1} of ${S.shown.length}`, picture.file !== picture.name && make("small", { title: picture.file }, picture.file.split("/").pop()) || "");
  one("#previous").disabled = at <= 0;
  one("#next").disabled = at >= S.shown.length - 1;
  one("#accept").setAttribute("aria-pressed", String(picture.verdict === "accepted"));
  one("#reject").setAttribute("aria-pressed", String(picture.verdict === "rejected"));
  showAbout(picture);
};
one("#large").addEventListener("load", () => { one("#large").style.backgroundImage = "none"; });
one("#large").addEventListener("error", () => { one("#large").hidden = true; one("#broken").hidden = false; });

const section = (title, ...children) => make("section", {}, make("h3", {}, title), ...children);
const ORIGINS = { truth: "known from the shot", model: "seen by a model", person: "written by you" };

// The caption with each word in the colour of who said it: the record of our words is found again in the text, and
// what an edited caption has beside them is the person's.
const origins = (picture) => {
  const text = textOf(picture);
  const own = picture.own.toLowerCase();
  const found = [];
  const between = (part) => {
    const words = part.toLowerCase().replace(/^[\s,.;]+|[\s,.;]+$/g, "");
    if (part) found.push([part, picture.text !== null && words && !own.includes(words) ? "person" : "glue"]);
  };
  let at = 0;
  for (const { text: said, origin, axis, captioner } of picture.words ?? []) {
    const word = String(said).trim();
    const start = text.toLowerCase().indexOf(word.toLowerCase(), at);
    if (start < 0 || !word || !(origin in ORIGINS)) continue;
    between(text.slice(at, start));
    at = start + word.length;
    found.push([text.slice(start, at), axis || origin !== "truth" ? origin : "glue", { axis, captioner }]);
  }
  between(text.slice(at));
  return found;
};
// Everybody who wrote a caption of this picture, the present one first.
const versions = (picture) => {
  const now = textOf(picture);
  const own = !S.set.ours ? "as it was" : S.set.captioner ? `truth joined with ${S.set.captioner}` : "the dataset's own";
  const rows = [[picture.text === null ? `Now: ${own}` : "Now: your words", now]];
  const add = (who, text) => { if (text && !rows.some(([, other]) => other === text)) rows.push([who, text]); };
  add(own.charAt(0).toUpperCase() + own.slice(1), picture.own);
  for (const [who, text] of picture.said) {
    if (who === "truth") add("Truth: what was photographed", text);
    else rows.push([who, text]);
  }
  return rows;
};
const taken = (text) => (S.set.trigger && !text.toLowerCase().startsWith(S.set.trigger.toLowerCase()) ? `${S.set.trigger}, ${text}` : text);
const takeVersion = (number) => {
  const picture = S.pictures.get(S.cursor);
  const row = versions(picture)[number];
  if (!row) return;
  clearTimeout(D.timer);
  D.step = "";
  change({ [picture.id]: { text: taken(row[1]) } }).then((kept) => { if (kept) toast(`Taken: ${row[0]}.`); });
};
const showAbout = (picture) => {
  const parts = [];
  if (picture.flags.length) {
    parts.push(section("What the checks say", make("ul", { class: "flags" }, ...picture.flags.map((flag) =>
      make("li", { class: flag.severity }, badge(flag.severity, flag.severity === "bad" ? "bad" : "look"), " ", flag.sentence)))));
  }
  if (picture.out) parts.push(section("Left out of the dataset", make("p", {}, `${picture.out} Accept the picture to take it in again.`)));
  const coloured = origins(picture);
  if (coloured.some(([, origin]) => origin !== "glue")) {
    const used = [...new Set(coloured.map(([, origin]) => origin))].filter((origin) => origin !== "glue");
    parts.push(section("Who said what", make("p", { class: "origins" }, ...coloured.map(([text, origin, word]) =>
      make("span", { class: origin, title: [ORIGINS[origin], word?.captioner, word?.axis].filter(Boolean).join(" · ") || null }, text))),
    make("ul", { class: "legend" }, ...used.map((origin) => make("li", { class: origin }, ORIGINS[origin])))));
  }
  const rows = versions(picture);
  if (rows.length > 1) {
    parts.push(section("Captions side by side", make("ul", { class: "said" }, ...rows.map(([who, text], number) => make("li", {},
      make("div", { class: "who" }, make("b", {}, who), number > 0 && make("button", { type: "button", onclick: () => takeVersion(number) }, "Take this one ", make("kbd", {}, String(number)))),
      make("p", {}, ...(number === 0 ? [text || "no caption"] : merged(differences(rows[0][1], text).filter(([, kind]) => kind !== "gone")).map(([part, kind]) => (kind === "come" ? make("mark", {}, part) : part)))))))));
  }
  if (picture.dropped?.length) {
    parts.push(section("Left out of the caption", make("ul", { class: "dropped" }, ...picture.dropped.map((row) =>
      make("li", {}, make("s", {}, String(row.text)), ` ${row.because ? `(${row.because})` : ""}`)))));
  }
  const shown = S.set.axes.filter(({ name }) => picture.settings[name]);
  if (shown.length) {
    parts.push(section(S.set.ours ? "What it shows" : "What the caption says", make("div", { class: "chips" }, ...shown.map((axis) => {
      const name = picture.settings[axis.name];
      const label = axis.settings.find((setting) => setting.name === name)?.label ?? name;
      return make("button", { type: "button", title: "Show all pictures like this", onclick: () => { F.axes.set(axis.name, new Set([name])); openGrid(); } }, make("small", {}, `${axis.label} `), label);
    }))));
  }
  one("#about").replaceChildren(...parts);
};

one("#to-grid").addEventListener("click", openGrid);
one("#previous").addEventListener("click", () => moveBy(-1));
one("#next").addEventListener("click", () => moveBy(1));
one("#zoom").addEventListener("click", () => zoomed(!one("#stage").classList.contains("zoomed")));
one("#stage").addEventListener("click", () => zoomed(!one("#stage").classList.contains("zoomed")));
one("#save").addEventListener("click", () => { saveDraft(); });
one("#take-back").addEventListener("click", () => {
  const id = S.cursor;
  clearTimeout(D.timer);
  D.step = "";
  D.saved = tidied(caption.value);
  change({ [id]: { text: null } });
});

// Completion of tags, in a caption or a field: those of the set first, then our vocabulary.
let known = null;
const knownTags = () => {
  if (!known) {
    const counts = tagCounts(S.order);
    const there = new Set(counts.map(([tag]) => tag));
    known = [...counts, ...S.set.vocabulary.filter((tag) => !there.has(tag.toLowerCase())).map((tag) => [tag, 0])];
  }
  return known;
};
const completing = (field) => {
  const list = make("ul", { class: "completions", role: "listbox", id: `${field.id}-completions`, "aria-label": "Tags", hidden: true });
  field.parentNode.append(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) field.setAttribute(name, value);
  let rows = [];
  let active = -1;
  const bounds = () => {
    const caret = field.selectionStart;
    const start = field.value.lastIndexOf(",", caret - 1) + 1;
    const end = field.value.indexOf(",", caret);
    return [start, end < 0 ? field.value.length : end, field.value.slice(start, caret).trim().toLowerCase()];
  };
  const close = () => { list.hidden = true; active = -1; field.setAttribute("aria-expanded", "false"); field.removeAttribute("aria-activedescendant"); };
  const mark = () => all("li", list).forEach((row, number) => {
    row.setAttribute("aria-selected", String(number === active));
    if (number === active) { field.setAttribute("aria-activedescendant", row.id); row.scrollIntoView({ block: "nearest" }); }
  });
  const put = (tag) => {
    const [start, end] = bounds();
    const lead = start > 0 ? " " : "";
    field.setRangeText(`${lead}${tag}`, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  };
  field.addEventListener("input", (event) => {
    const [, , typed] = bounds();
    if (!event.isTrusted || typed.length < 2 || isSentence(field.value)) { close(); return; }
    const starts = knownTags().filter(([tag]) => tag.toLowerCase().startsWith(typed) && tag.toLowerCase() !== typed);
    const holds = knownTags().filter(([tag]) => !tag.toLowerCase().startsWith(typed) && tag.toLowerCase().includes(typed));
    rows = [...starts, ...holds].slice(0, 8);
    if (!rows.length) { close(); return; }
    active = -1;
    list.replaceChildren(...rows.map(([tag, number], at) => {
      const row = make("li", { role: "option", id: `${list.id}-${at}`, "aria-selected": "false" }, make("span", {}, tag), make("small", {}, number ? String(number) : "vocabulary"));
      row.addEventListener("mousedown", (press) => { press.preventDefault(); put(tag); });
      return row;
    }));
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { active = (active + step + rows.length + (active < 0 && step < 0 ? 1 : 0)) % rows.length; mark(); }
    else if ((event.key === "Enter" || event.key === "Tab") && active >= 0) put(rows[active][0]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  field.addEventListener("blur", close);
};
