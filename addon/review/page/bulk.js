// Words added, removed or replaced in many captions at once: first shown, then done, and taken back as one step.
const bulk = one("#bulk");
const field = (name) => one(`#bulk-${name}`);
const bulkDo = () => one("input[name=bulk-do]:checked").value;
const MOST_SHOWN = 60;

const ACTS = {
  add: (text, what) => withAdded(text, what, field("place").value, S.set.trigger),
  remove: (text, what) => withoutTags(text, what),
  replace: (text, what, other) => withReplacedTag(text, what, other),
  text: (text, what, other) => withReplacedText(text, what, other, field("whole").checked, field("case").checked),
};
const LABELS = { add: "Words to add", remove: "Tags to remove", replace: "Tag to replace", text: "Text to find" };

const bulkIds = () => ({ selected: S.shown.filter((id) => S.selected.has(id)), shown: S.shown, all: S.order })[field("scope").value] ?? [];
const bulkChanges = () => {
  const what = bulkDo() === "text" ? field("what").value : tidied(field("what").value);
  if (!what) return { rows: [], emptied: 0 };
  let emptied = 0;
  const rows = [];
  for (const id of bulkIds()) {
    const before = textOf(S.pictures.get(id));
    const after = ACTS[bulkDo()](before, what, field("with").value);
    if (after === before) continue;
    if (!after.trim()) emptied++;
    else rows.push([id, before, after]);
  }
  return { rows, emptied };
};
const showBulk = () => {
  const act = bulkDo();
  one("#bulk-what-label").textContent = LABELS[act];
  one("#bulk-second").hidden = act !== "replace" && act !== "text";
  one("#bulk-place-row").hidden = act !== "add";
  one("#bulk-whole-row").hidden = one("#bulk-case-row").hidden = act !== "text";
  const scopes = [["selected", `the ${S.selected.size} selected`], ["shown", `the ${plural(S.shown.length, "picture")} shown`], ["all", `all ${S.order.length}`]]
    .filter(([name]) => (name !== "selected" || S.selected.size) && (name !== "all" || S.shown.length < S.order.length));
  const before = field("scope").value;
  field("scope").replaceChildren(...scopes.map(([value, words]) => make("option", { value, selected: value === before }, words)));
  if (!scopes.some(([value]) => value === before)) field("scope").value = scopes[0][0];
  const { rows, emptied } = bulkChanges();
  const trigger = S.set.trigger.toLowerCase();
  const bare = trigger ? rows.filter(([, from, to]) => from.toLowerCase().startsWith(trigger) && !to.toLowerCase().startsWith(trigger)).length : 0;
  const said = [
    field("what").value.trim() ? (rows.length ? `${rows.length} of ${plural(bulkIds().length, "caption")} would change.` : "No caption would change.") : "Type something to see what would change.",
    emptied ? `${plural(emptied, "caption")} would be empty and stay${emptied === 1 ? "s" : ""} as ${emptied === 1 ? "it is" : "they are"}.` : "",
    bare ? `${plural(bare, "caption")} would no longer begin with the trigger ${S.set.trigger}.` : "",
  ];
  one("#bulk-count").textContent = said.filter(Boolean).join(" ");
  one("#bulk-preview").replaceChildren(...rows.slice(0, MOST_SHOWN).map(([id, from, to]) => {
    const picture = S.pictures.get(id);
    return make("div", { class: "preview" }, make("img", { src: small(picture), alt: "", loading: "lazy" }),
      make("p", {}, make("b", {}, `${picture.name} `), ...differences(from, to).map(([text, kind]) => (kind === "same" ? text : make(kind === "gone" ? "del" : "ins", {}, text)))));
  }), ...(rows.length > MOST_SHOWN ? [make("p", {}, `And ${rows.length - MOST_SHOWN} more.`)] : []));
  one("#bulk-go").disabled = !rows.length;
  one("#bulk-go").textContent = rows.length ? `Change ${plural(rows.length, "caption")}` : "Change";
};
const openBulk = (words = "") => {
  saveDraft();
  if (words) field("what").value = words;
  field("scope").replaceChildren();
  showBulk();
  bulk.showModal();
  field("what").focus();
  field("what").select();
};
const bulkGo = () => {
  const { rows } = bulkChanges();
  if (!rows.length) return;
  bulk.close();
  change(Object.fromEntries(rows.map(([id, , text]) => [id, { text }]))).then((kept) => {
    if (kept) toast(`${plural(rows.length, "caption")} changed. Ctrl+Z takes it back.`);
  });
};
bulk.addEventListener("input", showBulk);
bulk.addEventListener("change", showBulk);
one("#bulk-go").addEventListener("click", bulkGo);
one("form", bulk).addEventListener("submit", (event) => event.preventDefault());
bulk.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input:not([type=radio], [type=checkbox])")) { event.preventDefault(); bulkGo(); }
});
