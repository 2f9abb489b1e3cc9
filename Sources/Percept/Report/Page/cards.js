// A card for each file, built when it scrolls near the viewport.

function decoded(script, type) {
  if (!script) return null;
  const text = script.textContent;
  const bytes = Uint8Array.fromBase64
    ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  script.remove();
  return new Blob([bytes], { type });
}

function facts(card) {
  const line = element("p", { class: "facts" });
  if (card.source) line.append(element("span", {}, card.source.join(" · ")));
  const upload = card.uploads.find((candidate) => candidate.sent);
  if (upload) {
    const sent = element("strong", {}, upload.sent.join(" · "));
    line.append(element("span", {}, "→ sent: ", sent, share(upload)));
  }
  return line.childNodes.length ? line : null;
}

function share(upload) {
  if (!upload.sourceByteCount) return "";
  const percent = (upload.byteCount / upload.sourceByteCount) * 100;
  return ` (${percent < 10 ? percent.toFixed(1) : Math.round(percent)}\u00A0%)`;
}

function sentDetails(card) {
  if (!card.uploads.length) return null;
  const details = element("details", { class: "sent" }, element("summary", {}, "Upload and receipt"));
  for (const upload of card.uploads) {
    details.append(element("h3", {}, upload.task));
    if (upload.sent) {
      const before = card.source ? `${card.source.join(" · ")} → ` : "";
      details.append(element("p", {}, `${before}${upload.sent.join(" · ")}${share(upload)}`));
    }
    if (upload.receipt) {
      details.append(element("pre", { tabindex: 0, "aria-label": "Receipt" }, JSON.stringify(upload.receipt, null, 2)));
    }
  }
  return details;
}

function classList(classes) {
  const list = element("ol", {});
  for (const entry of classes) {
    const fill = element("span");
    fill.style.width = `${Math.min(Math.max(entry.score || 0, 0), 1) * 100}%`;
    list.append(element("li", { class: "class" }, element("bdi", {}, entry.label),
      element("span", { class: "score" }, formatScore(entry.score)),
      entry.score === null ? null : element("span", { class: "bar", "aria-hidden": "true" }, fill)));
  }
  return element("section", { class: "classes" },
    element("div", { class: "head" }, element("h3", {}, "Classes")), list);
}

function build(article) {
  if (article.classList.contains("built")) return;
  article.classList.add("built");
  const card = parse(article.querySelector("script.data"));
  const medium = decoded(article.querySelector("script.medium"), card.mediaType);
  const parts = [facts(card)];
  if (card.notes.length) {
    const notes = card.notes.map((note) => element("li", { class: "note", dir: "auto" }, note));
    parts.push(element("ul", { class: "notes" }, ...notes));
  }
  if (card.kind === "picture") {
    const picture = new Picture(card, medium);
    if (card.classes.length) picture.side.append(classList(card.classes));
    if (!picture.side.childNodes.length) picture.root.classList.add("single");
    parts.push(picture.root);
    for (const transcript of card.transcripts) parts.push(element("p", { dir: "auto" }, transcript.text));
  } else {
    if (card.waveform || card.transcripts.length) parts.push(new Recording(card, medium).root);
    if (card.classes.length) parts.push(classList(card.classes));
  }
  parts.push(sentDetails(card));
  article.append(...parts.filter(Boolean));
}

const cards = [...document.querySelectorAll(".card")];
if (window.IntersectionObserver) {
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      observer.unobserve(entry.target);
      build(entry.target);
    }
  }, { rootMargin: "800px 0px" });
  for (const card of cards) observer.observe(card);
} else {
  cards.forEach(build);
}
window.addEventListener("beforeprint", () => cards.forEach(build));
