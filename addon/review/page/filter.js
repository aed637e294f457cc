// Which pictures are shown: every group of the list on the left narrows them down.
const F = { search: "", verdict: null, edited: null, axes: new Map(), flags: new Set(), tags: new Map(), tagSearch: "" };
const openFacets = new Set(["Check", "Tags"]);

const GROUPS = {
  search: (picture) => F.search.split(/\s+/).every((word) => picture.lower.includes(word)),
  verdict: (picture) => F.verdict === null || (F.verdict === "open" ? !picture.verdict : picture.verdict === F.verdict),
  edited: (picture) => F.edited === null || (F.edited === "out" ? !!picture.out : (picture.text !== null) === (F.edited === "edited")),
  flags: (picture) => !F.flags.size || [...F.flags].some((flag) => (flag === "none" ? !picture.flags.length : picture.flags.some((one) => one.check === flag))),
  tags: (picture) => [...F.tags].every(([tag, wanted]) => picture.keys.has(tag) === wanted),
};
const axisFits = (picture, axis) => !F.axes.get(axis)?.size || F.axes.get(axis).has(picture.settings[axis] ?? "");
const fits = (picture, except = "") =>
  Object.entries(GROUPS).every(([name, test]) => name === except || test(picture))
  && S.set.axes.every(({ name }) => name === except || axisFits(picture, name));
const filtering = () => F.search || F.verdict || F.edited || F.flags.size || F.tags.size || [...F.axes.values()].some((chosen) => chosen.size);

const clearFilter = () => {
  Object.assign(F, { search: "", verdict: null, edited: null, tagSearch: "" });
  F.axes.clear(); F.flags.clear(); F.tags.clear();
  one("#search").value = "";
  refilter();
};

// keep: ids that stay in the list though they fit no more, so that a verdict does not pull the picture away.
const refilter = (keep = new Set()) => {
  const was = S.shown.indexOf(S.cursor);
  S.shown = S.order.filter((id) => keep.has(id) || fits(S.pictures.get(id)));
  S.selected = new Set([...S.selected].filter((id) => S.shown.includes(id)));
  if (!S.shown.includes(S.cursor)) S.cursor = S.shown[Math.min(Math.max(was, 0), S.shown.length - 1)] ?? null;
  showFacets();
  showCounts();
  showGrid(true);
  showSingle();
};

const toggled = (set, value) => { if (!set.delete(value)) set.add(value); };
const counted = (except, keysOf) => {
  const counts = new Map();
  for (const picture of S.pictures.values()) {
    if (!fits(picture, except)) continue;
    for (const key of keysOf(picture)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
};
const option = (label, number, pressed, act, extra = {}) => {
  const button = make("button", { type: "button", class: "option", "aria-pressed": String(pressed), ...extra },
    make("span", {}, label), make("span", { class: "number" }, String(number)));
  button.addEventListener("click", (event) => { act(event); refilter(); });
  return button;
};
const facet = (title, options, ...rest) => {
  const details = make("details", { class: "facet", open: openFacets.has(title) }, make("summary", {}, title), make("div", { class: "options" }, ...options), ...rest);
  details.addEventListener("toggle", () => { if (details.open) openFacets.add(title); else openFacets.delete(title); });
  return details;
};

const FLAG_NAMES = { caption_false: "Caption: false", caption_missing: "No caption", caption_torn: "Caption: two things at once", caption_trigger: "Trigger missing", caption_unseen: "Caption: not in the picture", caption_unreadable: "Caption can't be read" };
const flagName = (check) => FLAG_NAMES[check] ?? (check.charAt(0).toUpperCase() + check.slice(1)).replaceAll("_", " ");
const MOST_TAGS = 60;

let facetKey = "";
const showFacets = () => {
  const place = one("#facets");
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key ?? document.activeElement.id : "";
  const verdicts = counted("verdict", (picture) => ["", picture.verdict ?? "open"]);
  const edited = counted("edited", (picture) => [picture.text === null ? "own" : "edited", ...(picture.out ? ["out"] : [])]);
  const flags = counted("flags", (picture) => (picture.flags.length ? new Set(picture.flags.map((flag) => flag.check)) : ["none"]));
  const parts = [];
  if (filtering()) parts.push(make("button", { type: "button", class: "clear", onclick: clearFilter, "data-key": "clear" }, "Show all pictures"));
  const one_of = (name, value) => () => { F[name] = F[name] === value ? null : value; };
  parts.push(make("div", { class: "facet" }, make("h3", {}, "Verdict"), make("div", { class: "options" },
    ...[["open", "To do"], ["accepted", "Accepted"], ["rejected", "Rejected"]].map(([value, label]) =>
      option(label, verdicts.get(value) ?? 0, F.verdict === value, one_of("verdict", value), { "data-key": `verdict ${value}` })))));
  parts.push(make("div", { class: "facet" }, make("h3", {}, "Caption"), make("div", { class: "options" },
    ...[["edited", "Edited by you"], ["own", "Not edited"], ["out", "Left out by the checks"]].filter(([value]) => value !== "out" || edited.get("out") || F.edited === "out").map(([value, label]) =>
      option(label, edited.get(value) ?? 0, F.edited === value, one_of("edited", value), { "data-key": `edited ${value}` })))));
  const names = [...new Set([...flags.keys(), ...F.flags])].filter((name) => name !== "none").sort((a, b) => (flags.get(b) ?? 0) - (flags.get(a) ?? 0));
  if (names.length) {
    parts.push(facet("Check", [...names.map((name) => option(flagName(name), flags.get(name) ?? 0, F.flags.has(name), () => toggled(F.flags, name), { "data-key": `flag ${name}` })),
      option("Nothing found", flags.get("none") ?? 0, F.flags.has("none"), () => toggled(F.flags, "none"), { "data-key": "flag none" })]));
  }
  for (const axis of S.set.axes) {
    const counts = counted(axis.name, (picture) => [picture.settings[axis.name] ?? ""]);
    const chosen = F.axes.get(axis.name) ?? new Set();
    const rows = [...axis.settings, { name: "", label: "not said" }].filter(({ name }) => counts.get(name) || chosen.has(name));
    if (rows.length < 2 && !chosen.size) continue;
    if (chosen.size) openFacets.add(axis.label);
    parts.push(facet(axis.label, rows.map(({ name, label }) => option(label, counts.get(name) ?? 0, chosen.has(name), () => {
      toggled(chosen, name);
      F.axes.set(axis.name, chosen);
    }, { "data-key": `${axis.name} ${name}` }))));
  }
  parts.push(tagFacet());
  place.replaceChildren(...parts);
  if (focused) (one(`[data-key="${CSS.escape(focused)}"]`, place) ?? document.getElementById(focused))?.focus();
};

const tagCounts = (ids) => {
  const counts = new Map();
  for (const id of ids) for (const tag of S.pictures.get(id).keys) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
};
const tagFacet = () => {
  const found = make("input", { id: "tag-search", type: "search", placeholder: "Find a tag", "aria-label": "Find a tag", autocomplete: "off" });
  found.value = F.tagSearch;
  const list = make("div", { class: "options" });
  const show = () => {
    const counts = tagCounts(S.shown);
    const known = new Set(counts.map(([tag]) => tag));
    const rows = [...[...F.tags.keys()].filter((tag) => !known.has(tag)).map((tag) => [tag, 0]), ...counts]
      .filter(([tag]) => F.tags.has(tag) || tag.includes(F.tagSearch.toLowerCase()));
    list.replaceChildren(...rows.slice(0, MOST_TAGS).map(([tag, number]) => {
      const state = F.tags.get(tag);
      return option(tag, number, state !== undefined, () => {
        if (state === undefined) F.tags.set(tag, true); else if (state) F.tags.set(tag, false); else F.tags.delete(tag);
      }, { "data-key": `tag ${tag}`, "data-not": String(state === false), title: state === undefined ? "Show only pictures with it" : state ? "Click again: only those without it" : "Without it; click to clear" });
    }), ...(rows.length > MOST_TAGS ? [make("p", { class: "more" }, `${rows.length - MOST_TAGS} more: type to find them.`)] : []));
  };
  found.addEventListener("input", () => { F.tagSearch = found.value; show(); });
  show();
  const details = facet("Tags", []);
  details.append(found, list);
  return details;
};

const showCounts = () => {
  const every = [...S.pictures.values()];
  const number = (test) => every.filter(test).length;
  const parts = [
    S.shown.length === every.length ? plural(every.length, "picture") : `${S.shown.length} of ${every.length} shown`,
    [number((one) => one.verdict === "accepted"), "accepted"], [number((one) => one.verdict === "rejected"), "rejected"],
    [number((one) => one.text !== null), "edited"], [S.selected.size, "selected"],
  ];
  one("#counts").textContent = parts.map((part) => (typeof part === "string" ? part : part[0] ? part.join(" ") : "")).filter(Boolean).join(" · ");
  one("#undo").disabled = !S.undo;
  one("#redo").disabled = !S.redo;
  const apply = one("#apply");
  apply.hidden = !S.dataset;
  apply.disabled = !S.pending || S.apply?.running;
  apply.textContent = S.apply?.running ? "Writing …" : S.pending ? `Apply to dataset (${S.pending})` : "Dataset up to date";
};
