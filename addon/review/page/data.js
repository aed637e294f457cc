// The set as the server has it, and every change on its way there. One change at a time; two tabs are told apart.
const S = {
  set: null, pictures: new Map(), order: [], shown: [], cursor: null, anchor: null, selected: new Set(), view: "grid",
  revision: 0, generation: "", look: "", gone: false,
};
const asked = new URLSearchParams(location.search).get("token");
if (asked) {
  sessionStorage.setItem("token", asked);
  history.replaceState(null, "", "/");
}
const token = asked ?? sessionStorage.getItem("token") ?? "";
const letters = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
// A copied tab has a copy of the storage too: its own name is made anew, and kept over a reload only.
const loadedAgain = performance.getEntriesByType("navigation")[0]?.type === "reload";
const tab = (loadedAgain && sessionStorage.getItem("tab")) || letters(8);
sessionStorage.setItem("tab", tab);

class Told extends Error {
  constructor(status, told) { super(told.error ?? `The review answered ${status}.`); this.status = status; this.told = told; }
}
const ask = async (path, body, extra = {}) => {
  const headers = { "X-Modelsheet-Token": token, "X-Modelsheet-Tab": tab };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), cache: "no-store", ...extra });
  const told = await answer.json();
  if (!answer.ok) throw new Told(answer.status, told);
  return told;
};

const textOf = (picture) => picture.text ?? picture.own;
const listeners = [];
const whenChanged = (act) => listeners.push(act);
const changed = (ids, whole = false) => { for (const act of listeners) act(ids, whole); };

const takeState = (told) => {
  S.revision = told.revision;
  if (told.look) S.look = told.look;
  if (told.aside) S.aside = told.aside;
  for (const key of ["dataset", "pending", "undo", "redo", "warnings", "apply", "finishing"]) S[key] = told[key];
};
const takePictures = (looks) => {
  for (const look of looks ?? []) {
    const picture = S.pictures.get(look.id);
    if (picture) { Object.assign(picture, look); index(picture); }
  }
  return new Set((looks ?? []).map((look) => look.id));
};
// What search and filters look at, made once for each caption.
const index = (picture) => {
  const text = textOf(picture);
  picture.tags = tagsOf(text);
  picture.lower = `${text} ${picture.name} ${picture.id}`.toLowerCase();
  picture.keys = new Set(picture.tags.map((tag) => tag.toLowerCase()));
};

const load = async () => {
  const told = await ask("/api/set");
  S.set = told;
  S.generation = told.generation;
  S.pictures = new Map(told.pictures.map((picture) => [picture.id, picture]));
  S.order = told.pictures.map((picture) => picture.id);
  S.pictures.forEach(index);
  S.selected = new Set([...S.selected].filter((id) => S.pictures.has(id)));
  if (!S.pictures.has(S.cursor)) S.cursor = S.order[0] ?? null;
  takeState(told);
  changed(new Set(S.order), true);
};

const notice = (...lines) => {
  const place = one("#notice");
  place.hidden = !lines.length;
  place.replaceChildren(...lines.map((line) => make("p", {}, line)));
};
const toast = (words) => {
  const line = make("p", {}, words);
  one("#toasts").append(line);
  setTimeout(() => line.remove(), 4000);
};
const LOST = "The review has ended or can't be reached, so nothing can be saved. Start it again with: modelsheet review";
const lost = (error) => {
  if (error instanceof Told && error.status === 401) notice("This page's key is old. Open the link that the review printed last.");
  else if (!(error instanceof Told)) { S.gone = true; notice(`${LOST} "${S.set?.folder ?? "DIR"}"`); }
  else notice(error.message);
};
const back = () => {
  if (S.gone) { S.gone = false; toast("The review answers again."); sendDrafts(); }
  notice(...(S.warnings ?? []));
};

// Polling: what another tab, the sidebar or an editor changed. Not while a change of ours is on its way.
let busy = 0;
const poll = async () => {
  if (busy || S.over) return;
  try {
    const told = await ask(`/api/since?revision=${S.revision}&generation=${S.generation}`);
    if (busy) return;
    if (told.reload) { await load(); }
    else {
      const news = told.revision !== S.revision || told.pictures.length;
      takeState(told);
      const ids = takePictures(told.pictures);
      if (news) changed(ids); else changed(new Set());
    }
    back();
  } catch (error) { if (!S.over) lost(error); }
};

let line = Promise.resolve();
const queued = (act) => {
  busy++;
  line = line.then(act).finally(() => { busy--; });
  return line;
};
const take = (told) => { takeState(told); changed(takePictures(told.pictures)); back(); };
const send = async (path, body) => {
  try {
    const told = await ask(path, { revision: S.revision, ...body });
    take(told);
    return told;
  } catch (error) {
    lost(error);
    return null;
  }
};
// edits: id -> {text, verdict}. True once it is kept, null where it can't be; a conflict asks the person. seen: the revision of what was edited.
const change = (edits, step = "", seen = null) => queued(async () => {
  const told = await send("/api/change", { edits, step, ...(seen === null ? {} : { revision: seen }) });
  if (told?.conflict) { conflict(edits, told.ids); return false; }
  return told && true;
});
const goBack = (kind) => queued(async () => {
  const told = await send(`/api/${kind}`, {});
  if (!told) return;
  if (told.conflict) toast(`${plural(told.ids.length, "picture")} changed in another window since: left as ${told.ids.length === 1 ? "it is" : "they are"}.`);
  else if (told.nothing) toast(kind === "undo" ? "Nothing to take back." : "Nothing to make again.");
  else {
    const ids = told.pictures.map((picture) => picture.id);
    const names = ids.length === 1 ? `Picture ${S.pictures.get(ids[0])?.name}` : plural(ids.length, "picture");
    toast(kind === "undo" ? `${names}: taken back.` : `${names}: made again.`);
    if (ids.length === 1 && S.shown.includes(ids[0])) moveTo(ids[0]);
  }
});
const judge = (ids, verdict) => {
  const edits = Object.fromEntries(ids.filter((id) => S.pictures.get(id).verdict !== verdict).map((id) => [id, { verdict }]));
  if (!Object.keys(edits).length) return Promise.resolve(true);
  for (const id of Object.keys(edits)) S.pictures.get(id).verdict = verdict;
  changed(new Set(Object.keys(edits)));
  return change(edits).then((kept) => { if (!kept) poll(); return kept; });
};

// The same picture was changed here and elsewhere: both versions are shown, and nothing is lost.
const conflict = (edits, ids) => {
  const rest = Object.fromEntries(Object.entries(edits).filter(([id]) => !ids.includes(id)));
  const mine = Object.fromEntries(ids.map((id) => [id, edits[id]]));
  const box = one("#conflict");
  const words = (edit, picture) => [
    edit.text !== undefined && (edit.text ?? `${picture.own} (words taken back)`),
    edit.verdict !== undefined && (edit.verdict ?? "no verdict"),
  ].filter(Boolean).join(" · ");
  const present = (edit, picture) => [
    edit.text !== undefined && textOf(picture),
    edit.verdict !== undefined && (picture.verdict ?? "no verdict"),
  ].filter(Boolean).join(" · ");
  const left = new Set(ids);
  const settle = (id) => {
    left.delete(id);
    one(`[data-id="${CSS.escape(id)}"]`, box)?.remove();
    if (!left.size) box.close();
  };
  const useMine = (chosen) => {
    chosen.forEach(settle);
    return change(Object.fromEntries(chosen.map((id) => [id, mine[id]])));
  };
  one("#conflict-words").textContent = `${plural(ids.length, "picture")} ${ids.length === 1 ? "was" : "were"} changed in another window, in Blender or in an editor while you were changing ${ids.length === 1 ? "it" : "them"}. Which words are to stay?`;
  one("#conflict-list").replaceChildren(...ids.map((id) => {
    const picture = S.pictures.get(id);
    const parts = differences(present(mine[id], picture), words(mine[id], picture));
    const side = (title, kind, name, act) => make("div", {}, make("h3", {}, title),
      make("p", {}, ...merged(parts.filter(([, how]) => how === "same" || how === kind)).map(([text, how]) => (how === "same" ? text : make("mark", {}, text)))),
      make("button", { type: "button", onclick: act }, name));
    return make("section", { "data-id": id },
      make("h3", {}, `Picture ${picture.name}`),
      make("div", { class: "versions" },
        side("As it is now", "gone", "Keep this", () => settle(id)),
        side("Yours", "come", "Use mine", () => useMine([id]))));
  }));
  one("#conflict-mine").onclick = () => useMine([...left]);
  one("#conflict-theirs").onclick = () => { [...left].forEach(settle); box.close(); };
  if (!box.open) box.showModal();
  if (Object.keys(rest).length) change(rest);
};
