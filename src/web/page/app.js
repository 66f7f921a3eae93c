// SPDX-License-Identifier: MIT
// The page: one stream of changes in, the document out. What comes from the topics is only ever set as text.
"use strict";

const MAX_ROWS = 200;
const FEW_DONE = 12;
const MAX_EVENTS_SHOWN = 40;
const MAX_ALARMS = 20;
const RENEW_MS = 20 * 60 * 1000; // the cookie lasts an hour
const SVG = "http://www.w3.org/2000/svg";
const CURVE = { width: 1000, top: 10, bottom: 160 };
const KINDS = {
  fire: "Fire", black: "Picture is black", frozen: "Picture is frozen", model_error: "Model fails",
  silent: "Camera is silent", stalled: "Partition stands still", lag: "Too far behind",
};

const ENDS = { complete: "to the video's end", truncated: "until the video broke off", superseded: "until a new run" };
const MEANS = {
  black: "blind: no fire would be seen", frozen: "blind: no fire would be seen", model_error: "blind: its pictures are not judged",
  silent: "blind: nothing comes from it", stalled: "blind: nobody looks at what comes", lag: "a fire would be seen late",
};

const $ = (id) => document.getElementById(id);
const videos = new Map(); // by id
const events = new Map(); // by id
let lag = [];
let members = [];
let picked = null; // a video's id
let pinned = false; // by the user
let detail = null; // the picked video with its timeline
let allDone = false;
let wanted = null; // seconds to seek to when the video is there
let trouble = null; // why what is shown is not what is: {kind, why, since}
let linked = null; // what the address asks for and is not here yet: {id, seconds}

// ---- small helpers ----

function make(tag, name, ...children) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  node.append(...children);
  return node;
}

function draw(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// Makes the children of `parent` those of `items`, by key; what stays is kept and only updated.
function sync(parent, items, keyOf, create, update) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let at = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let node = old.get(key);
    if (node === undefined) {
      node = create(item);
      node.dataset.key = key;
    }
    old.delete(key);
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
    update(node, item);
  }
  for (const node of old.values()) node.remove();
}

const count = new Intl.NumberFormat("en").format;
const percent = (score) => `${Math.round(score * 100)}%`;
// Addresses are relative to the page's: a proxy may have it under a path of its own.
const videoPath = (id) => `api/videos/${encodeURIComponent(id)}`;
const snapshotPath = (event) => `api/events/${event.id.split("/").map(encodeURIComponent).join("/")}/snapshot.jpg?v=${event.snapshot}`;

function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const tail = `${String(Math.floor(s / 60) % 60).padStart(s >= 3600 ? 2 : 1, "0")}:${String(s % 60).padStart(2, "0")}`;
  return s >= 3600 ? `${Math.floor(s / 3600)}:${tail}` : tail;
}

function ago(utcMs) {
  const s = Math.max(0, (Date.now() - utcMs) / 1000);
  const words = (n, unit) => `${Math.floor(n)}\u00a0${unit}\u00a0ago`;
  if (s < 60) return words(s, "s");
  if (s < 3600) return words(s / 60, "min");
  if (s < 172800) return words(s / 3600, "h");
  return words(s / 86400, "d");
}

const isOpen = (video) => video.state === "open";
const isOn = (event) => event.phase !== "end";

// ---- asking ----

function headers() {
  const token = sessionStorage.getItem("token");
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

async function ask(path) {
  const answer = await fetch(path, { headers: headers() });
  if (!answer.ok) throw Object.assign(new Error(`${path}: ${answer.status}`), { status: answer.status });
  return answer.json();
}

// Proves the token and gets the cookie that pictures, videos and the stream need. Resolves to false without a right one.
async function logIn() {
  const answer = await fetch("api/login", { method: "POST", headers: headers() });
  return answer.ok;
}

function showLogin(wrong) {
  $("login").hidden = false;
  $("main").hidden = $("totals").hidden = true;
  setText($("login-bad"), wrong ? "That is not the token." : "");
  setLink("off", "token needed");
  $("token").focus();
}

function setLink(state, text) {
  $("link").dataset.state = state;
  setText($("link"), text);
}

// ---- curves ----

// "M x y L x y ..." of each stretch without holes, for points that `keep` takes.
function stretches(scores, keep, height) {
  const found = [];
  let open = null;
  scores.forEach((score, i) => {
    if (score === null || !keep(i)) {
      open = null;
      return;
    }
    if (open === null) found.push((open = []));
    const x = ((i + 0.5) / scores.length) * CURVE.width;
    open.push([x.toFixed(1), (height.bottom - (score / 100) * (height.bottom - height.top)).toFixed(1)]);
  });
  return found;
}

const line = (points) => `M${points.map((p) => p.join(" ")).join("L")}`;
const area = (points, bottom) => `${line(points)}L${points.at(-1)[0]} ${bottom}L${points[0][0]} ${bottom}Z`;

function spark(svg, video) {
  const height = { top: 2, bottom: 32 };
  const key = JSON.stringify(video.spark);
  if (svg.dataset.drawn === key) return;
  svg.dataset.drawn = key;
  const parts = stretches(video.spark, () => true, height);
  const name = video.fire_frames > 0 ? "burning" : "area";
  const stroke = video.fire_frames > 0 ? "burning-line" : "stroke";
  svg.replaceChildren(
    ...parts.map((p) => draw("path", { class: name, d: area(p, height.bottom) })),
    ...parts.map((p) => draw("path", { class: stroke, d: line(p) })),
  );
}

function spanOf(video) {
  const frames = Math.max(1, video.timeline.scores.length * video.timeline.frames_per_point);
  return { frames, seconds: frames / (video.video_fps || 25) };
}

function drawCurve() {
  const { scores, fire } = detail.timeline;
  const title = $("curve-title");
  const grey = stretches(scores, () => true, CURVE);
  const red = stretches(scores, (i) => fire[i], CURVE);
  const nodes = [0, 0.5, 1].map((share) => {
    const y = CURVE.bottom - share * (CURVE.bottom - CURVE.top);
    return draw("line", { class: "grid", x1: 0, x2: CURVE.width, y1: y, y2: y });
  });
  nodes.push(...grey.map((p) => draw("path", { class: "area", d: area(p, CURVE.bottom) })));
  nodes.push(...grey.map((p) => draw("path", { class: "stroke", d: line(p) })));
  nodes.push(...red.map((p) => draw("path", { class: "burning", d: area(p, CURVE.bottom) })));
  nodes.push(...red.map((p) => draw("path", { class: "burning-line", d: line(p) })));
  const span = spanOf(detail);
  for (const event of events.values()) {
    if (event.video_id === picked && event.type === "fire" && event.first_frame <= span.frames) {
      const x = ((event.first_frame + 0.5) / span.frames) * CURVE.width;
      nodes.push(draw("line", { class: "mark", x1: x, x2: x, y1: 0, y2: CURVE.bottom }));
    }
  }
  const now = draw("line", { class: "now", id: "now", y1: 0, y2: CURVE.bottom + 6 });
  now.toggleAttribute("hidden", $("player").hidden);
  nodes.push(now);
  $("curve").replaceChildren(title, ...nodes);
  setText($("curve-left"), "0:00");
  setText($("curve-right"), clock(span.seconds));
  moveNow();
}

function moveNow() {
  const now = $("now");
  if (now === null || detail === null) return;
  const x = Math.min(1, $("player").currentTime / spanOf(detail).seconds) * CURVE.width;
  now.setAttribute("x1", x);
  now.setAttribute("x2", x);
}

function shareAt(pointer) {
  const box = $("curve").getBoundingClientRect();
  return Math.min(1, Math.max(0, (pointer.clientX - box.left) / box.width));
}

// ---- the stage ----

function seek(seconds) {
  const player = $("player");
  if (player.readyState > 0) player.currentTime = seconds;
  else wanted = seconds;
}

function showScreen(video) {
  const player = $("player");
  const source = video.playable ? `${videoPath(video.video_id)}/play` : "";
  player.hidden = !source;
  if (player.dataset.source !== source) {
    player.dataset.source = source;
    if (source) player.src = source;
    else player.removeAttribute("src");
    player.load();
  }
  const last = newestEvents().find((event) => event.video_id === video.video_id && event.snapshot > 0);
  const still = $("still");
  still.hidden = video.playable || last === undefined;
  if (!still.hidden) {
    const path = snapshotPath(last);
    if (still.getAttribute("src") !== path) still.src = path;
    still.alt = `Picture of the latest event of ${video.video_id}`;
  }
  const why = isOpen(video) ? "in flight: it can be played when it is finished and uploaded" : "not uploaded";
  setText($("no-video"), video.playable ? "" : why);
}

function showStage() {
  const video = videos.get(picked);
  $("stage").hidden = video === undefined;
  if (video === undefined) return;
  setText($("stage-title"), video.video_id);
  const facts = [
    video.state || "unknown", `${count(video.frames)} frames`, `${count(video.fire_frames)} with fire`,
    `highest score ${percent(video.max_score)}`,
  ];
  if (video.missing_frames > 0) facts.push(`${count(video.missing_frames)} missing`);
  if (video.dead_letters > 0) facts.push(`${count(video.dead_letters)} unreadable`);
  setText($("stage-facts"), facts.join(" · "));
  showScreen(video);
}

let asking = false;
let askAgain = false;
async function loadDetail() {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  const id = picked;
  try {
    const found = await ask(videoPath(id));
    if (id === picked) {
      detail = found;
      drawCurve();
    }
  } catch {
    // The stream says when the server is away; the next change asks again.
  }
  asking = false;
  if (askAgain) {
    askAgain = false;
    loadDetail();
  }
}

function pick(id, byUser, seconds) {
  pinned = pinned || byUser;
  if (byUser) {
    linked = null;
    history.replaceState(null, "", `#video=${encodeURIComponent(id)}${seconds === undefined ? "" : `&t=${seconds}`}`);
  }
  wanted = null;
  if (id !== picked) {
    picked = id;
    detail = null;
    loadDetail();
  }
  showStage();
  showVideos();
  if (seconds !== undefined) seek(seconds);
  if (byUser && window.matchMedia("(max-width: 899px)").matches) $("stage").scrollIntoView({ block: "start" });
}

// "#video=ID&t=SECONDS", as the links of events have it.
function readAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const id = asked.get("video");
  const seconds = Number(asked.get("t") ?? NaN);
  linked = id ? { id, seconds: Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined } : null;
}

function followAddress() {
  if (linked !== null && videos.has(linked.id)) pick(linked.id, true, linked.seconds);
  $("no-linked").hidden = linked === null;
  setText($("no-linked"), linked === null ? "" : `${linked.id} is not among the newest videos.`);
}

function pickByItself() {
  if (pinned && videos.has(picked)) return;
  pinned = false;
  const burning = newestEvents().find((event) => event.type === "fire" && videos.has(event.video_id));
  const all = sortedVideos();
  const best = burning ? burning.video_id : (all.find(isOpen) || all[0])?.video_id;
  if (best !== undefined && best !== picked) pick(best, false);
}

// ---- lists ----

const sortedVideos = () => [...videos.values()].sort((a, b) => b.first_frame_utc_ms - a.first_frame_utc_ms || (a.video_id < b.video_id ? -1 : 1));
const newestEvents = () => [...events.values()].sort((a, b) => b.first_utc_ms - a.first_utc_ms || b.number - a.number || (a.id < b.id ? -1 : 1));

function createVideo(video) {
  const row = make("button", "row", make("span", "name"), make("span", "score", make("span"), make("small")), make("span", "sub"));
  row.type = "button";
  row.append(draw("svg", { viewBox: `0 0 ${CURVE.width} 34`, preserveAspectRatio: "none", "aria-hidden": "true" }));
  row.addEventListener("click", () => pick(video.video_id, true));
  const item = make("li", "", row);
  if (isOpen(video)) item.append(make("progress"));
  return item;
}

function updateVideo(item, video) {
  item.classList.toggle("picked", video.video_id === picked);
  setText(item.querySelector(".name"), video.video_id);
  item.querySelector(".name").title = video.video_id;
  const score = item.querySelector(".score");
  score.classList.toggle("hot", video.fire_frames > 0);
  setText(score.firstChild, percent(video.max_score));
  setText(score.lastChild, video.fire_frames > 0 ? "fire" : "highest");
  const sub = [];
  if (isOpen(video)) {
    sub.push(`${count(video.frames)} of ${count(video.received)} frames`);
    if (video.fps !== null) sub.push(`${video.fps.toFixed(0)}/s`);
  } else {
    sub.push(video.state || "unknown", `${count(video.frames)} frames`);
    if (video.playable) sub.push("playable");
    sub.push(ago(video.last_frame_utc_ms));
  }
  setText(item.querySelector(".sub"), sub.join(" · "));
  spark(item.querySelector("svg"), video);
  const bar = item.querySelector("progress");
  if (bar) {
    bar.max = Math.max(1, video.received);
    bar.value = video.frames;
    bar.setAttribute("aria-label", `${video.frames} of ${video.received} frames`);
  }
}

function showVideos() {
  const all = sortedVideos();
  const open = all.filter(isOpen);
  const done = all.filter((video) => !isOpen(video));
  const shown = allDone ? done : done.slice(0, FEW_DONE);
  sync($("open"), open, (video) => video.video_id, createVideo, updateVideo);
  sync($("done"), shown, (video) => video.video_id, createVideo, updateVideo);
  $("no-open").hidden = open.length > 0;
  $("no-done").hidden = done.length > 0;
  let more = $("more");
  if (more === null && done.length > FEW_DONE) {
    more = make("button", "more");
    more.id = "more";
    more.type = "button";
    more.addEventListener("click", () => {
      allDone = !allDone;
      showVideos();
    });
    $("done").after(more);
  }
  if (more !== null) {
    more.hidden = done.length <= FEW_DONE;
    setText(more, allDone ? "Fewer" : `All ${done.length}`);
  }
  setText($("total-open"), count(open.length));
  setText($("total-rate"), count(Math.round(open.reduce((sum, video) => sum + (video.fps || 0), 0))));
}

function createEvent(event) {
  const words = make("span", "", make("span", "kind"), make("b"), make("small"));
  const button = make("button", "", words);
  button.type = "button";
  button.addEventListener("click", () => {
    const now = events.get(event.id);
    if (now && videos.has(now.video_id)) pick(now.video_id, true, (now.first_pts_ms || 0) / 1000);
  });
  return make("li", "", button);
}

function updateEvent(item, event) {
  item.className = [event.type === "fire" ? "fire" : "blind", isOn(event) ? "" : "ended", event.snapshot > 0 ? "" : "plain"].join(" ").trim();
  const button = item.firstChild;
  let picture = button.querySelector("img");
  if (event.snapshot > 0) {
    if (picture === null) {
      picture = make("img");
      picture.loading = "lazy";
      button.prepend(picture);
    }
    const path = snapshotPath(event);
    if (picture.getAttribute("src") !== path) picture.src = path;
    picture.alt = `${KINDS[event.type] || event.type} in ${event.video_id}`;
  }
  const score = event.type === "fire" ? ` ${percent(event.peak_score)}` : "";
  setText(button.querySelector(".kind"), `${KINDS[event.type] || event.type}${score}${isOn(event) ? " · now" : ""}`);
  setText(button.querySelector("b"), event.video_id);
  const facts = [];
  if (event.first_pts_ms !== null && event.snapshot > 0) facts.push(`at ${clock(event.first_pts_ms / 1000)}`);
  if (!isOn(event) && event.pts_ms > event.first_pts_ms) facts.push(`for ${((event.pts_ms - event.first_pts_ms) / 1000).toFixed(1)}\u00a0s`);
  if (!isOn(event) && ENDS[event.reason]) facts.push(ENDS[event.reason]);
  facts.push(ago(event.first_utc_ms));
  setText(button.querySelector("small"), facts.join(", "));
}

function createAlarm() {
  return make("li", "", make("span", "kind"), make("b", "", make("a")), make("span", "why"), make("time"));
}

function updateAlarm(item, alarm) {
  item.className = alarm.fire ? "fire" : "blind";
  setText(item.children[0], alarm.kind);
  const link = item.children[1].firstChild;
  setText(link, alarm.what);
  if (videos.has(alarm.what)) link.href = `#video=${encodeURIComponent(alarm.what)}`;
  else link.removeAttribute("href");
  setText(item.children[2], alarm.why);
  setText(item.children[3], alarm.since ? ago(alarm.since) : "");
}

// A line of its own for all that is wrong now: open events, and groups that stand still.
function showAlarms() {
  const lines = newestEvents().filter(isOn).map((event) => ({
    key: event.id, fire: event.type === "fire", kind: KINDS[event.type] || event.type, what: event.video_id,
    why: event.type === "fire" ? `score ${percent(event.score)}` : MEANS[event.type] || "", since: event.first_utc_ms,
  }));
  for (const [name, rows] of groupsOf(lag)) {
    if (rows[0].verdict === "STALLED") {
      lines.push({ key: `group ${name}`, fire: false, kind: "Stands still", what: name, why: rows[0].reason });
    }
  }
  lines.sort((a, b) => Number(b.fire) - Number(a.fire));
  if (trouble !== null) lines.unshift({ key: "trouble", fire: false, kind: trouble.kind, what: "", why: trouble.why, since: trouble.since });
  const more = lines.length - MAX_ALARMS;
  if (more > 0) lines.splice(MAX_ALARMS, more, { key: "more", fire: false, kind: `${more} more go on`, what: "", why: "/api/events has them all" });
  sync($("alarms"), lines, (alarm) => alarm.key, createAlarm, updateAlarm);
}

function showEvents() {
  const all = newestEvents();
  sync($("events"), all.slice(0, MAX_EVENTS_SHOWN), (event) => event.id, createEvent, updateEvent);
  $("no-events").hidden = all.length > 0;
  const fires = all.filter((event) => event.type === "fire" && isOn(event)).length;
  setText($("total-fires"), count(fires));
  document.title = fires > 0 ? `(${fires} on fire) FireWatch` : "FireWatch";
  $("total-fires").parentNode.classList.toggle("hot", fires > 0);
}

function groupsOf(rows) {
  const groups = new Map();
  for (const row of rows) {
    if (!groups.has(row.group)) groups.set(row.group, []);
    groups.get(row.group).push(row);
  }
  return groups;
}

function createGroup() {
  const columns = {
    partition: "", lag: "messages behind the committed offset, as Kafka's own tools count them", left: "messages that nobody has handled yet",
    behind: "age of the oldest of those", rate: "messages a second",
  };
  const head = make("tr", "", ...Object.entries(columns).map(([word, meaning]) => Object.assign(make("th", "", word), { title: meaning })));
  return make("article", "group", make("h3", "", make("span"), make("span", "verdict")), make("p"), make("table", "", make("thead", "", head), make("tbody")));
}

function updateGroup(node, [name, rows]) {
  const first = rows[0];
  const heading = node.querySelector("h3");
  setText(heading.firstChild, name);
  setText(heading.lastChild, first.verdict);
  heading.lastChild.dataset.is = first.verdict;
  const topics = new Set(rows.map((row) => row.topic));
  setText(node.querySelector("p"), topics.size === 1 ? `${first.topic} · ${first.reason}` : first.reason);
  sync(node.querySelector("tbody"), rows, (row) => `${row.topic} ${row.partition}`, () => make("tr", "", ...[1, 2, 3, 4, 5].map(() => make("td"))), (line, row) => {
    const values = [
      topics.size === 1 ? String(row.partition) : `${row.topic} ${row.partition}`, count(row.lag), count(row.left),
      row.left > 0 && row.lag_seconds !== null ? `${row.lag_seconds.toFixed(1)} s` : "–", row.rate === null ? "–" : `${row.rate.toFixed(0)}/s`,
    ];
    values.forEach((value, i) => setText(line.children[i], value));
    line.classList.toggle("late", row.left > 0 && row.lag_seconds > 10);
  });
}

function showLag() {
  const groups = [...groupsOf(lag)];
  sync($("lag"), groups, ([name]) => name, createGroup, updateGroup);
  $("no-lag").hidden = groups.length > 0;
  setText($("total-left"), count(lag.reduce((sum, row) => sum + (row.limiting_stage === "consumer" ? 0 : row.left), 0)));
}

function showMembers() {
  const create = () => make("li", "", make("div", "head", make("b"), make("span", "verdict")), make("p"));
  sync($("members"), members, (member) => `${member.group} ${member.consumer_id}`, create, (node, member) => {
    setText(node.querySelector("b"), `${member.stage} at ${member.host.replace(/^\//, "")}`);
    node.querySelector("b").title = `${member.client_id}: ${member.consumer_id}`;
    const verdict = node.querySelector(".verdict");
    setText(verdict, member.health);
    verdict.dataset.is = member.health;
    const has = member.partitions.length > 0 ? `partition${member.partitions.length > 1 ? "s" : ""} ${member.partitions.join(", ")}` : "no partition";
    const rate = member.rate === null ? "" : ` · ${member.rate.toFixed(0)}/s`;
    setText(node.querySelector("p"), `${has} · ${count(member.left)} left${rate}${member.health === "OK" ? "" : ` · ${member.reason}`}`);
  });
  $("no-members").hidden = members.length > 0;
}

// ---- the stream ----

function keepNewest(map, max, timeOf) {
  const over = [...map.values()].sort((a, b) => timeOf(a) - timeOf(b)).slice(0, Math.max(0, map.size - max));
  for (const item of over) map.delete(item.video_id === undefined || item.id !== undefined ? item.id : item.video_id);
}

function setTrouble(kind, why) {
  if (kind === null) trouble = null;
  else if (trouble === null || trouble.kind !== kind) trouble = { kind, why, since: Date.now() };
  showAlarms();
}

// What has come since the stream was opened, and is there still; null: nothing older is left.
let come = null;

function dropWhatIsGone() {
  for (const id of videos.keys()) if (!come.videos.has(id)) videos.delete(id);
  for (const id of events.keys()) if (!come.events.has(id)) events.delete(id);
  come = null;
  pickByItself();
  showStage();
  showVideos();
  showEvents();
}

const take = {
  videos(rows) {
    for (const row of rows) {
      videos.set(row.video_id, row);
      if (come !== null) come.videos.add(row.video_id);
    }
    keepNewest(videos, MAX_ROWS, (video) => (isOpen(video) ? Infinity : video.updated_utc_ms));
    followAddress();
    pickByItself();
    showVideos();
    if (rows.some((row) => row.video_id === picked)) {
      showStage();
      loadDetail();
    }
  },
  events(rows) {
    for (const row of rows) {
      events.set(row.id, row);
      if (come !== null) come.events.add(row.id);
    }
    keepNewest(events, 100, (event) => (isOn(event) ? Infinity : event.last_utc_ms));
    pickByItself();
    showEvents();
    if (rows.some((row) => row.video_id === picked)) showStage();
  },
  lag(rows) {
    lag = rows;
    showLag();
    showAlarms();
  },
  members(rows) {
    members = rows;
    showMembers();
  },
  state(state) {
    if (come !== null && state.kafka === null) dropWhatIsGone();
    setTrouble(state.kafka === null ? null : "Kafka does not answer", "what is shown is old");
    if (state.kafka !== null) setLink("bad", "Kafka does not answer");
    else setLink("on", "live");
    document.body.dataset.version = state.version;
  },
};

let stream = null;
function connect() {
  if (stream !== null) stream.close();
  stream = new EventSource("api/stream");
  for (const name of Object.keys(take)) {
    stream.addEventListener(name, (message) => take[name](JSON.parse(message.data)));
  }
  stream.addEventListener("open", () => (come = { videos: new Set(), events: new Set() }));
  stream.addEventListener("error", () => {
    setLink("bad", "reconnecting");
    setTrouble("The server does not answer", "what is shown is old");
    // The browser tries again by itself but where it was refused: then the cookie is over, or the server is full.
    if (stream.readyState === EventSource.CLOSED) setTimeout(begin, 3000);
  });
}

async function begin() {
  try {
    if (!(await logIn())) {
      const had = sessionStorage.getItem("token") !== null;
      sessionStorage.removeItem("token");
      showLogin(had);
      return;
    }
  } catch {
    setLink("bad", "no answer");
    setTimeout(begin, 3000);
    return;
  }
  $("login").hidden = true;
  $("main").hidden = $("totals").hidden = false;
  connect();
}

window.addEventListener("hashchange", () => {
  readAddress();
  followAddress();
});
$("login").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("token", $("token").value);
  $("token").value = "";
  begin();
});
$("player").addEventListener("timeupdate", moveNow);
$("player").addEventListener("loadedmetadata", () => {
  if (wanted !== null) $("player").currentTime = wanted;
  wanted = null;
});
$("player").addEventListener("error", () => {
  if (!$("player").hidden) setText($("no-video"), "this video can't be played here");
});
$("curve").addEventListener("pointermove", (pointer) => {
  if (detail === null) return;
  const { scores } = detail.timeline;
  const share = shareAt(pointer);
  const score = scores[Math.min(scores.length - 1, Math.floor(share * scores.length))];
  const value = score === null || score === undefined ? "not analysed" : `score ${score}%`;
  setText($("curve-at"), `${clock(share * spanOf(detail).seconds)} · ${value}`);
});
$("curve").addEventListener("pointerleave", () => setText($("curve-at"), "fire score, 0 to 100%"));
$("curve").addEventListener("click", (pointer) => {
  if (detail !== null && !$("player").hidden) seek(shareAt(pointer) * spanOf(detail).seconds);
});
setInterval(() => {
  if (sessionStorage.getItem("token") !== null) logIn().catch(() => {});
}, RENEW_MS);
setInterval(() => {
  showEvents();
  showAlarms();
}, 10000);
readAddress();
begin();
