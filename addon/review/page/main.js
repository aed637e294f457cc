// The page comes to life; the dataset is written; the review ends.
one("#search").addEventListener("input", () => { F.search = one("#search").value.toLowerCase().trim(); refilter(); });
one("#undo").addEventListener("click", () => goBack("undo"));
one("#redo").addEventListener("click", () => goBack("redo"));
one("#bulk-open").addEventListener("click", () => openBulk());
one("#help-open").addEventListener("click", () => one("#help").showModal());
one("#empty-clear").addEventListener("click", clearFilter);
one("#accept").addEventListener("click", verdict("accepted"));
one("#reject").addEventListener("click", verdict("rejected"));
for (const button of all("dialog button.close")) button.addEventListener("click", () => button.closest("dialog").close());
for (const dialog of all("dialog")) dialog.addEventListener("click", (event) => { if (event.target === dialog && dialog.id !== "conflict") dialog.close(); });

const STAGES = ["words", "backgrounds", "dataset", "report"];
const STAGE_WORDS = { words: "Noting your verdicts …", backgrounds: "Compositing backgrounds …", dataset: "Writing captions, dataset and packages …", report: "Writing the report …" };
let seenWork = null;
const showWork = () => {
  const work = S.apply;
  if (!work) return;
  const box = one("#work");
  if (work.running) {
    one("#work-stage").textContent = STAGE_WORDS[work.stage] ?? "Working …";
    one("#work-bar").max = STAGES.length;
    one("#work-bar").value = Math.max(0, STAGES.indexOf(work.stage)) + 0.5;
  } else if (seenWork !== null && work.number && seenWork !== work.number) {
    box.close();
    S.ending = S.ending && !work.error;
    if (work.error) S.warnings = [`The dataset could not be written: ${work.error}`];
    else if (!S.ending) toast("The dataset is written.");
    if (work.error) back();
    seenWork = work.number;
  }
  seenWork ??= work.running ? work.number - 1 : work.number;
};

const tallied = () => {
  const every = [...S.pictures.values()];
  const number = (test) => every.filter(test).length;
  return { accepted: number((one) => one.verdict === "accepted"), rejected: number((one) => one.verdict === "rejected"), edited: number((one) => one.text !== null), open: number((one) => !one.verdict), every: every.length };
};
const finish = async () => {
  await saveDraft();
  const tally = tallied();
  const rows = [
    `${plural(tally.every, "picture")}: ${tally.accepted} accepted, ${tally.rejected} rejected, ${tally.open} without a verdict (they stay in).`,
    `${plural(tally.edited, "caption")} in your own words.`,
    S.set.ours && !S.dataset ? "There is no dataset yet. What you said is used when it is made." : S.set.ours ? (S.pending ? `${plural(S.pending, "picture")} will be changed in the dataset; its packages and report are made anew.` : "The dataset is up to date.")
      : "The captions are in their .txt files already; what was there before is in the folder backup.",
  ];
  const aside = !S.set.ours && tally.rejected > 0 && make("label", { class: "check" }, make("input", { type: "checkbox", id: "ending-aside" }),
    ` Move the ${plural(tally.rejected, "rejected picture")}, with captions, out of the folder to ${S.set.aside}. Otherwise a trainer still finds them.`);
  one("#ending-words").replaceChildren(...rows.map((row) => make("p", {}, row)), ...(aside ? [aside] : []));
  one("#ending-go").textContent = S.set.ours && S.pending ? "Apply and finish" : "Finish";
  one("#ending").showModal();
  one("#ending-go").focus();
};
const over = (certain) => {
  if (S.over) return;
  S.over = true;
  const tally = tallied();
  all("dialog[open]").forEach((dialog) => dialog.close());
  notice();
  one("#done").hidden = false;
  const folder = S.set.folder;
  one("#done-words").replaceChildren(
    make("p", {}, certain ? `${tally.accepted} accepted, ${tally.rejected} rejected, ${plural(tally.edited, "caption")} in your own words.` : "The review has ended. What you said is kept."),
    ...(S.dataset && certain ? [make("p", {}, "The dataset is written: "), make("p", {}, make("code", {}, `${folder}/final_dataset`)),
      make("p", {}, "For another trainer, package it again:"), make("p", {}, make("code", {}, `modelsheet package "${folder}" --for TRAINER`))]
      : [make("p", {}, make("code", {}, folder)), ...(S.aside ? [make("p", {}, "The rejected pictures are now in"), make("p", {}, make("code", {}, S.aside))] : [])]),
    make("p", {}, "You can close this window."));
  one("#done").focus();
  document.title = "Finished · Modelsheet";
};
one("#finish").addEventListener("click", finish);
one("#ending-go").addEventListener("click", () => {
  one("#ending").close();
  S.ending = true;
  queued(async () => {
    const told = await send("/api/finish", { aside: one("#ending-aside")?.checked ?? false });
    if (told) beat(); else S.ending = false;
  });
});
one("#apply").addEventListener("click", async () => {
  await saveDraft();
  queued(async () => {
    const told = await send("/api/apply", {});
    if (told) { showWork(); one("#work").showModal(); beat(); }
  });
});

whenChanged((ids, whole) => {
  if (S.ending && S.finishing && !S.apply.running && !S.apply.error && !S.pending) over(true);
  showWork();
  if (!ids.size && !whole) { showCounts(); return; }
  known = null;
  if (whole) {
    one("#name").textContent = S.set.name;
    one("#folder").textContent = S.set.ours ? "review" : "review of a folder";
    document.title = `${S.set.name} · Review`;
    one("#folder").title = S.set.folder;
    document.body.classList.toggle("theirs", !S.set.ours);
  }
  // What was judged or edited just now stays in sight although it fits the filter no more.
  refilter(new Set([...S.shown.filter((id) => ids.has(id) && !whole)]));
  if (bulk.open) showBulk();
});

let timer = 0;
const beat = async () => {
  clearTimeout(timer);
  await poll();
  if (S.ending && S.gone) over(false);
  if (S.over) return;
  const soon = S.apply?.running || S.ending;
  timer = setTimeout(beat, soon ? 300 : document.hidden ? 20000 : 2000);
};
document.addEventListener("visibilitychange", () => { if (!document.hidden && S.set) beat(); });
addEventListener("pagehide", () => {
  if (S.over) return;
  saveDraft(true);
  ask("/api/bye", {}, { keepalive: true }).catch(() => {});
});
completing(caption);
completing(field("what"));
completing(field("with"));
(async () => {
  try {
    await load();
    grid.focus({ preventScroll: true });
    beat();
  } catch (error) {
    notice(error instanceof Told && error.status === 401 ? "This page's key is missing or old. Open the link that the review printed." : error.message);
  }
})();
