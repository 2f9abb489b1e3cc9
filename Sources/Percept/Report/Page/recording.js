// A recording: its waveform, player and transcript.

class Recording {
  constructor(card, medium) {
    this.duration = card.duration || 0;
    this.withTenths = this.duration < 600;
    this.lines = [];
    this.current = null;
    this.root = element("div", { class: "recording" });
    this.player = element("div", { class: "player" });
    if (card.waveform) this.player.append(this.makeWave(card), this.makeRuler());
    if (medium) this.player.append(this.makeAudio(card, medium));
    if (medium && card.copy) {
      this.player.append(element("p", { class: "copy" }, `Played from a copy: ${card.copy.join(" · ")}`));
    }
    this.root.append(this.player);
    for (const transcript of card.transcripts) this.root.append(this.makeTranscript(transcript));
    if (medium && this.lines.length > 12) this.player.classList.add("held");
    this.follow();
  }

  makeAudio(card, medium) {
    this.audio = element("audio", { controls: true, preload: "metadata", "aria-label": card.name });
    for (const event of ["timeupdate", "seeking", "seeked", "loadedmetadata"]) {
      this.audio.addEventListener(event, () => this.follow());
    }
    this.audio.addEventListener("play", () => this.run());
    this.audio.addEventListener("error", () => {
      this.player.append(element("p", { class: "note" }, "This browser cannot play the recording."));
    });
    this.audio.src = URL.createObjectURL(medium);
    return this.audio;
  }

  makeWave(card) {
    const { minimum, maximum, rms } = card.waveform;
    const count = maximum.length;
    const loudest = Math.max(50, ...maximum.map(Math.abs), ...minimum.map(Math.abs));
    const y = (value) => Math.round(500 - (value / loudest) * 470);
    const outline = (upper, lower) => {
      const above = upper.map((value, index) => `L${index} ${y(value)}L${index + 1} ${y(value)}`).join("");
      const below = lower.map((value, index) => `L${index + 1} ${y(value)}L${index} ${y(value)}`).reverse().join("");
      return `M0 500${above}${below}Z`;
    };
    const svg = shape("svg", { viewBox: `0 0 ${count} 1000`, preserveAspectRatio: "none", "aria-hidden": "true" },
      shape("line", { class: "axis", x1: 0, x2: count, y1: 500, y2: 500 }),
      shape("path", { class: "peak", d: outline(maximum, minimum) }),
      shape("path", { class: "core", d: outline(rms, rms.map((value) => -value)) }));
    this.heard = element("div", { class: "heard", hidden: true });
    this.played = element("div", { class: "played" });
    this.playhead = element("div", { class: "playhead" });
    this.wave = element("div", { class: "wave" }, svg, this.heard, this.played, this.playhead);
    if (card.mediaType) this.makeSeekable(card);
    return this.wave;
  }

  makeSeekable(card) {
    furnish(this.wave, {
      role: "slider", tabindex: 0, "aria-label": `Position in ${card.name}`, "aria-valuemin": 0,
      "aria-valuemax": this.duration.toFixed(2), "aria-valuenow": 0,
    }, []);
    const seek = (event) => {
      const place = this.wave.getBoundingClientRect();
      this.seek(((event.clientX - place.left) / Math.max(1, place.width)) * this.duration);
    };
    this.wave.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.wave.setPointerCapture(event.pointerId);
      seek(event);
    });
    this.wave.addEventListener("pointermove", (event) => {
      if (this.wave.hasPointerCapture(event.pointerId)) seek(event);
    });
    this.wave.addEventListener("keydown", (event) => {
      const now = this.audio.currentTime;
      const step = this.duration < 60 ? 1 : 5;
      const target = {
        ArrowLeft: now - step, ArrowRight: now + step, ArrowDown: now - step, ArrowUp: now + step,
        PageDown: now - 10 * step, PageUp: now + 10 * step, Home: 0, End: this.duration,
      }[event.key];
      if (event.key === " ") {
        if (this.audio.paused) this.audio.play();
        else this.audio.pause();
      } else if (target === undefined) {
        return;
      } else {
        this.seek(target);
      }
      event.preventDefault();
    });
  }

  makeRuler() {
    return element("div", { class: "ruler", "aria-hidden": "true" },
      ...[0, 0.25, 0.5, 0.75, 1].map((part) =>
        element("span", {}, formatTime(part * this.duration, this.duration < 20))));
  }

  makeTranscript(transcript) {
    const root = element("section", { class: "transcript", "aria-label": "Transcript" });
    if (!transcript.chunks.length) {
      root.append(element("p", { dir: "auto" }, transcript.text));
      return root;
    }
    const length = transcript.chunks.reduce((sum, [text]) => sum + text.length, 0);
    const areWords = length / transcript.chunks.length < 14 && transcript.chunks.length > 3;
    const lines = areWords ? this.wordLines(transcript.chunks) : transcript.chunks.map((chunk) => [chunk]);
    const pieceLength = 60;
    for (let start = 0; start < lines.length; start += pieceLength) {
      const piece = element("ol", { class: "piece" });
      for (const chunks of lines.slice(start, start + pieceLength)) piece.append(this.makeLine(chunks));
      root.append(piece);
    }
    rove(root, "button.time");
    keepReachable(root, "button.time");
    return root;
  }

  // Groups words with individual times into lines that end with a sentence or a pause.
  wordLines(chunks) {
    const lines = [[]];
    chunks.forEach((chunk, index) => {
      const line = lines[lines.length - 1];
      line.push(chunk);
      const next = chunks[index + 1];
      const pause = next && next[1] !== null && chunk[2] !== null ? next[1] - chunk[2] : 0;
      const isEnd = /[.!?。！？؟]["'”’)]*\s*$/.test(chunk[0]) && line.length > 4;
      if (next && (isEnd || pause > 1 || line.length >= 40)) lines.push([]);
    });
    return lines;
  }

  makeLine(chunks) {
    const start = chunks[0][1];
    const node = element("li", { class: "line" }, this.makeTime(start));
    const text = element("span", { dir: "auto" });
    if (chunks.length === 1) {
      text.append(chunks[0][0]);
      this.lines.push({ node, start, end: chunks[0][2] });
    } else {
      const areApart = !chunks.some(([word]) => /^\s/.test(word));
      chunks.forEach(([word, from, to], index) => {
        const attributes = this.canSeek(from) ? { type: "button", tabindex: -1 } : {};
        const button = element(this.canSeek(from) ? "button" : "span", { class: "word", ...attributes }, word);
        button.addEventListener("click", () => this.seek(from));
        text.append(...(areApart && index ? [" ", button] : [button]));
        this.lines.push({ node: button, start: from, end: to });
      });
    }
    node.append(text);
    return node;
  }

  canSeek(time) {
    return time !== null && Boolean(this.audio);
  }

  makeTime(start) {
    if (start === null) return element("span", { class: "time" }, "–");
    const text = formatTime(start, this.withTenths);
    if (!this.canSeek(start)) return element("span", { class: "time" }, text);
    const button = element("button", { type: "button", class: "time", tabindex: -1, "data-start": start,
      "aria-label": `Go to ${text}` }, text);
    button.addEventListener("click", () => this.seek(start));
    return button;
  }

  seek(time) {
    if (!this.audio) return;
    this.audio.currentTime = Math.min(Math.max(time, 0), Math.max(0, this.duration - 0.01));
    this.follow();
  }

  run() {
    this.follow();
    if (!this.audio.paused && !this.audio.ended) requestAnimationFrame(() => this.run());
  }

  follow() {
    const now = this.audio ? this.audio.currentTime : 0;
    if (this.wave && this.duration) {
      const share = `${Math.min(1, now / this.duration) * 100}%`;
      this.played.style.width = share;
      this.playhead.style.left = share;
      this.playhead.hidden = !this.audio;
      if (this.audio) {
        this.wave.setAttribute("aria-valuenow", now.toFixed(2));
        this.wave.setAttribute("aria-valuetext", `${formatTime(now, true)} of ${formatTime(this.duration, true)}`);
      }
    }
    const line = this.audio && (now > 0 || !this.audio.paused) ? this.lineAt(now) : null;
    if (line === this.current) return;
    if (this.current) this.current.node.classList.remove("now");
    if (line) line.node.classList.add("now");
    this.current = line;
    if (!this.heard) return;
    this.heard.hidden = !line || line.end === null;
    if (line && line.end !== null) {
      this.heard.style.left = `${(line.start / this.duration) * 100}%`;
      this.heard.style.width = `${((line.end - line.start) / this.duration) * 100}%`;
    }
  }

  lineAt(time) {
    let found = null;
    for (const line of this.lines) {
      if (line.start === null || line.start > time + 0.02) continue;
      if (line.end === null || time < line.end) found = line;
    }
    return found;
  }
}
