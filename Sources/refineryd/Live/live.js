"use strict";

// The live page. Everything that comes from the daemon is set as text, never as markup.

const byId = (id) => document.getElementById(id);

function node(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
}

const count = (value) => value.toLocaleString("en-US");
const percent = (share) => (100 * share).toFixed(share > 0.9995 || share === 0 ? 0 : 1) + " %";

function bytes(value) {
  for (const unit of ["B", "kB", "MB", "GB", "TB"]) {
    if (value < 1000 || unit === "TB") return value.toFixed(unit === "B" ? 0 : 1) + " " + unit;
    value /= 1000;
  }
}

function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return whole + " s";
  if (whole < 3600) return Math.floor(whole / 60) + " min " + (whole % 60) + " s";
  if (whole < 172800) return Math.floor(whole / 3600) + " h " + Math.floor((whole % 3600) / 60) + " min";
  return Math.floor(whole / 86400) + " d " + Math.floor((whole % 86400) / 3600) + " h";
}

const ago = (time, now) => duration((now - time) / 1000) + " ago";
// Times are the viewer's own, and say so: the daemon may run elsewhere.
const clock = (time) => new Date(time).toLocaleString([], {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
const timeOfDay = (time) => new Date(time).toLocaleTimeString([], { timeZoneName: "short" });
const rate = (value) => (value < 100 ? value.toFixed(1) : count(Math.round(value)));

// A table whose rows are lists of texts or nodes; the first column names the row. A name that begins
// with "<" stands over words, which begin at the left.
function table(label, head, rows, empty) {
  if (rows.length === 0) return node("p", { class: "note" }, empty);
  const columns = head.map((name) => (name === "" ? node("td")
    : name[0] === "<" ? node("th", { scope: "col", class: "words" }, name.slice(1))
      : node("th", { scope: "col" }, name)));
  const body = rows.map((row) =>
    node("tr", {}, ...row.map((cell, place) =>
      place === 0 ? node("th", { scope: "row" }, cell)
        : cell instanceof HTMLTableCellElement ? cell : node("td", {}, cell))));
  return node("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": label + ", a table" },
    node("table", {}, node("thead", {}, node("tr", {}, ...columns)), node("tbody", {}, ...body)));
}

const words = (text) => node("td", { class: "words" }, text);

function show(id, ...content) {
  const place = byId(id);
  // What somebody has in focus stays where it is.
  const had = place.contains(document.activeElement);
  place.replaceChildren(...content);
  if (had) place.querySelector("a, [tabindex]")?.focus({ preventScroll: true });
}

// Sets a text, and leaves one that is the same alone: it may be marked, or be read out now.
function put(id, text) {
  const place = byId(id);
  if (place.textContent !== text) place.textContent = text;
}

// Has a screen reader say a text: at once where something else is the matter than before, else once a minute.
let said = { matter: "", time: 0 };
function say(matter, text) {
  const now = Date.now();
  if (matter === said.matter && now - said.time < 60000) return;
  said = { matter, time: now };
  put("spoken", text);
}

function verdict(report) {
  const status = report.status;
  const trouble = status.state === "failed" || status.state === "waiting";
  put("state", "refineryd is " + status.state);
  byId("dot").className = "dot " + (trouble ? "bad" : status.state === "idle" || status.state === "paused" ? "" : "on");
  document.title = status.state + " – refineryd";
  const pending = status.corpora.reduce((sum, corpus) => sum + corpus.pending, 0);
  const uncut = status.corpora.reduce((sum, corpus) => sum + corpus.unchunked, 0);
  let text;
  if (trouble) text = status.error ?? "no reason is known";
  else if (status.corpora.length === 0) text = "No corpus yet: refinectl enqueue PATH brings one.";
  else if (pending === 0 && uncut === 0) text = "Everything is scored.";
  else {
    text = count(pending) + (pending === 1 ? " score" : " scores") + " to go";
    if (uncut > 0) text += ", " + count(uncut) + (uncut === 1 ? " document" : " documents") + " to cut";
    if (status.tokens_per_second) text += ", " + rate(status.tokens_per_second) + " tokens a second";
    if (status.eta_seconds > 0) {
      const end = new Date(report.time + 1000 * status.eta_seconds);
      text += ": done in about " + duration(status.eta_seconds) + ", "
        + end.toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
    } else if (status.state === "scoring") text += "; how long it takes shows after two batches of each thread";
    text += ".";
  }
  put("verdict", text);
  say(status.state, "refineryd is " + status.state + ". " + text);
  byId("verdict").className = "verdict" + (trouble ? " bad" : "");
}

function corpora(report) {
  const shares = new Map(report.progress.map((entry) => [entry.corpus, entry]));
  show("corpora", table("Corpora", ["", "done", "", "left", "documents", "chunks", "tokens", "failed", "rejected"],
    report.status.corpora.map((corpus) => {
      const progress = shares.get(corpus.name) ?? { share: 0 };
      const bar = node("progress", { max: "1", value: String(progress.share), "aria-label": corpus.name });
      const left = progress.share >= 1 ? "–" : progress.seconds_left > 0 ? duration(progress.seconds_left) : "?";
      return [corpus.name, percent(progress.share), bar, left, count(corpus.documents), count(corpus.chunks),
        count(corpus.tokens), count(corpus.failed.teacher + corpus.failed.reference), count(corpus.rejects)];
    }), "No corpus yet."));
}

// A model that an engine serves has its address for a path.
function where(place, status) {
  if (!place.served) return "this machine's cores";
  const addresses = place.roles.map((role) => status[role]?.path).filter(Boolean);
  return addresses.length > 0 ? addresses.join(", ") : "an engine";
}

function places(report) {
  show("places", table("Where models score", ["", "<by", "threads", "batches being scored", "tokens/s", ""],
    report.places.map((place) => [place.roles.join(" and "), words(where(place, report.status)),
      count(place.threads), count(place.batches), place.tokens_per_second ? rate(place.tokens_per_second) : "–",
      words(place.waiting ?? "")]), "No models are in memory now."));
}

function machine(report) {
  const use = report.process;
  const rows = [["version", report.status.version], ["running for", duration((report.time - use.started) / 1000)],
    ["memory", bytes(use.resident_bytes) + " resident, mapped weights included"],
    ["processor", duration(use.cpu_seconds) + " of all cores"], ["store", report.status.store ?? ""]];
  if (report.space) rows.push(["disk", bytes(report.space.used) + " used by the store, " + bytes(report.space.free) + " free"]);
  show("machine", ...rows.flatMap(([name, value]) => [node("dt", {}, name), node("dd", {}, value)]));
}

function render(report) {
  verdict(report);
  corpora(report);
  places(report);
  const models = [report.status.teacher, report.status.reference].filter(Boolean);
  show("models", table("Models", ["", "<model", "parameters", "context rule", "fingerprint"], models.map((model) =>
    [model.role, words(model.path), model.parameters ? count(model.parameters) : "–", model.context,
      model.fingerprint.slice(0, 12)]), "No model has been loaded yet."));
  show("selections", table("Selections", ["", "made", "chunks kept", "tokens kept"], report.selections.map((entry) =>
    [node("a", { href: "/selections/" + encodeURIComponent(entry.name) }, entry.name), clock(entry.created),
      count(entry.kept_chunks) + " of " + count(entry.chunks),
      entry.tokens ? percent(entry.kept_tokens / entry.tokens) : "–"]), "None yet: refinectl export makes one."));
  show("jobs", table("Jobs", ["", "<what", "<state", "done", "began"], report.jobs.map((job) =>
    ["" + job.id, words([job.kind, job.corpus, job.detail].filter(Boolean).join(" ")),
      words(job.error ? job.state + ": " + job.error : job.state),
      count(job.done) + (job.total ? " of " + count(job.total) : ""), ago(job.created, report.time)]), "None yet."));
  show("rejects", table("Rejected lines", ["", "lines"], report.rejects.map((entry) =>
    [entry.reason, count(entry.lines)]), "None. refinectl rejects would list them."));
  show("warnings", table("Warnings", ["", "", ""], report.warnings.map((entry) =>
    [clock(entry.time), entry.level, words(entry.text)]), "None since the daemon began."));
  machine(report);
}

// Tokens a second by the minute, as two lines.
function chart(minutes, now) {
  // As wide as its place, so that its letters are as large as all others.
  const width = Math.max(280, byId("chart").clientWidth);
  const [height, left, bottom, top] = [240, 62, 26, 10];
  const last = Math.floor(now / 60000);
  const first = Math.min(last - 10, minutes.length ? minutes[0][0] : last);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const draw = (name, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    svg.append(made);
  };
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "img");
  // The minute that is running is not whole.
  const whole = minutes.filter(([number]) => number < last);
  const most = Math.max(1, ...whole.map(([, teacher, reference]) => Math.max(teacher, reference) / 60));
  const step = 10 ** Math.floor(Math.log10(most));
  const upper = Math.ceil(most / step) * step;
  const x = (number) => left + (width - left - 12) * (number - first) / Math.max(1, last - first);
  const y = (value) => height - bottom - (height - bottom - top) * value / upper;
  const latest = whole.at(-1);
  draw("title", {}, latest
    ? `Tokens a second: ${rate(latest[1] / 60)} by the teacher and ${rate(latest[2] / 60)} by the reference in the last whole minute of work, at most ${rate(most)}`
    : "Nothing has been scored for a whole minute yet");
  for (const share of [0, 0.5, 1]) {
    draw("path", { class: "axis", d: `M${left},${y(upper * share)}H${width - 12}` });
    draw("text", { x: left - 8, y: y(upper * share) + 4, "text-anchor": "end" },
      Number.isInteger(upper * share) ? count(upper * share) : (upper * share).toFixed(1));
  }
  for (const share of [0, 0.5, 1]) {
    const number = first + (last - first) * share;
    draw("text", { x: x(number), y: height - 6, "text-anchor": share === 0 ? "start" : share === 1 ? "end" : "middle" },
      new Date(number * 60000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
  }
  const known = new Map(whole.map((entry) => [entry[0], entry]));
  // Models on the same cores score the same chunks: their two lines are one.
  const isOne = whole.every(([, teacher, reference]) => teacher === reference);
  for (const [place, role] of isOne ? [[1, "teacher"]] : [[1, "teacher"], [2, "reference"]]) {
    let path = "";
    // What was before the first minute of work, the daemon does not know.
    for (let number = whole.length ? whole[0][0] : last; number < last; number++) {
      const value = (known.get(number)?.[place] ?? 0) / 60;
      path += (path ? "L" : "M") + x(number + 0.5).toFixed(1) + "," + y(value).toFixed(1);
    }
    if (path) draw("path", { class: "line " + role, d: path });
  }
  const keys = !latest ? node("p", { class: "note" }, "Nothing has been scored for a whole minute yet.")
    : isOne ? node("p", { class: "note" }, "Both models score the same chunks.")
    : node("p", { class: "note" }, node("span", { class: "key teacher" }), "teacher",
      node("span", { class: "key reference" }), "reference");
  byId("chart").replaceChildren(svg, keys);
}

let minutes = [];
async function history() {
  try {
    const answer = await fetch("/history");
    if (answer.ok) minutes = await answer.json();
    chart(minutes, Date.now());
  } catch {
    // The link's line says that the daemon is away.
  }
}

let lastTime = 0;
const events = new EventSource("/events");
events.onmessage = (event) => {
  render(JSON.parse(event.data));
  lastTime = Date.now();
  put("link", "As of " + timeOfDay(Date.now()) + ".");
};
events.addEventListener("trouble", (event) => {
  put("link", "The store cannot be read now: " + event.data);
  say("trouble", "The store cannot be read now: " + event.data);
});
events.onopen = history;
events.onerror = () => {
  put("state", "refineryd does not answer");
  say("away", "refineryd does not answer.");
  byId("dot").className = "dot bad";
  document.title = "away – refineryd";
  put("link", (lastTime ? "What is below is from " + timeOfDay(lastTime) + ". " : "") + "Trying again by itself.");
  // After an answer that is no stream of events the browser gives up; we do not.
  if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
};
setInterval(history, 30000);
addEventListener("resize", () => chart(minutes, Date.now()));
history();
