// Deliveries as they are received. Everything in them is hostile: it goes into text nodes only.
import { printable, shown } from "/body.js";

const MAX_DELIVERIES = 500;

const byId = (id) => document.getElementById(id);
const deliveries = new Map();
let chosen = null;
let body = null;

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

const plain = (text) => printable(text ?? "");
const time = (delivery) => new Date(delivery.received_at).toLocaleTimeString();
const isVerified = (delivery) => delivery.outcome === "verified";

function outcome(delivery) {
  const parts = [isVerified(delivery) ? "verified" : `rejected: ${delivery.reason}`];
  if (delivery.duplicate) parts.push("duplicate");
  parts.push(`answered ${delivery.status}`);
  return parts.join(" · ");
}

function item(delivery) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = delivery.outcome;
  button.dataset.number = delivery.number;
  button.append(
    element("span", isVerified(delivery) ? "✓" : "✗", "mark"),
    element("span", plain(delivery.type) || "no event", "event"),
    element("span", time(delivery), "time"),
    element("span", outcome(delivery), "line"),
    element("span", plain(delivery.id), "line"),
  );
  button.addEventListener("click", () => choose(delivery.number));
  const entry = document.createElement("li");
  entry.append(button);
  return entry;
}

function add(delivery) {
  if (deliveries.has(delivery.number)) return;
  deliveries.set(delivery.number, delivery);
  const list = byId("list");
  list.prepend(item(delivery));
  if (deliveries.size > MAX_DELIVERIES) {
    deliveries.delete(deliveries.keys().next().value);
    list.lastElementChild.remove();
  }
  byId("empty").hidden = true;
  const all = [...deliveries.values()];
  const rejected = all.filter((one) => !isVerified(one)).length;
  const duplicates = all.filter((one) => one.duplicate).length;
  byId("counts").textContent =
    `${all.length} received, ${rejected} rejected, ${duplicates} repeated`;
}

async function choose(number) {
  const delivery = deliveries.get(number);
  if (!delivery) return;
  chosen = number;
  body = null;
  for (const button of byId("list").querySelectorAll("button")) {
    if (button.dataset.number === String(number)) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  byId("detail").hidden = false;
  if (matchMedia("(max-width: 56rem)").matches) byId("detail").scrollIntoView();
  byId("type").textContent = plain(delivery.type) || "No event";
  byId("id").textContent = plain(delivery.id);
  byId("outcome").textContent = outcome(delivery);
  byId("outcome").className = delivery.outcome;
  byId("causes").replaceChildren(...delivery.causes.map(({ cause, detail }) => {
    const entry = document.createElement("li");
    entry.append(element("code", cause), ` ${detail}`);
    return entry;
  }));
  byId("replay").textContent = isVerified(delivery) ? "Replay, signed again" : "Replay as received";
  byId("replayed").textContent = "";
  const facts = [
    ["Number", String(delivery.number)],
    ["Received", new Date(delivery.received_at).toLocaleString()],
    ["Request", plain(`${delivery.method} ${delivery.path}`)],
    ["Body", `${delivery.bytes} bytes`],
    ["Forwarded", delivery.error ? plain(delivery.error) : delivery.forwarded ? "yes" : "no"],
  ];
  if (delivery.file) facts.push(["Recorded", plain(delivery.file)]);
  byId("facts").replaceChildren(...facts.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
  byId("headers").tBodies[0].replaceChildren();
  byId("body").textContent = "";
  try {
    const [headers, bytes] = await Promise.all([
      get(number, "headers").then((response) => response.json()),
      get(number, "body").then((response) => response.arrayBuffer()),
    ]);
    if (chosen !== number) return;
    byId("headers").tBodies[0].replaceChildren(...headers.map(([name, value]) => {
      const row = document.createElement("tr");
      row.append(element("td", plain(name)), element("td", plain(value)));
      return row;
    }));
    body = new Uint8Array(bytes);
    showBody();
  } catch (error) {
    if (chosen === number) byId("body").textContent = `Not available: ${error.message}`;
  }
}

async function get(number, what) {
  const response = await fetch(`/deliveries/${number}/${what}`);
  if (!response.ok) throw new Error(`the delivery is no longer kept (${response.status})`);
  return response;
}

function showBody() {
  if (!body) return;
  const view = document.querySelector("input[name=view]:checked").value;
  byId("body").className = view;
  byId("body").textContent = shown(body, view);
}

async function replay() {
  const button = byId("replay");
  const number = chosen;
  button.disabled = true;
  let text;
  try {
    const response = await fetch(`/deliveries/${number}/replay`, { method: "POST" });
    const answer = await response.json();
    text = answer.error ? `failed: ${answer.error}` : `answered ${answer.status}`;
  } catch (error) {
    text = `failed: ${error.message}`;
  }
  button.disabled = false;
  if (chosen === number) byId("replayed").textContent = text;
}

// Arrow keys move through the list; Enter opens, as for every button.
function move(event) {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const entry = event.target.closest("li");
  if (!step || !entry) return;
  event.preventDefault();
  entry[step]?.firstElementChild.focus();
}

function connect() {
  const events = new EventSource("/events");
  const connection = (text, className) => {
    byId("connection").textContent = text;
    byId("connection").className = className;
  };
  events.addEventListener("open", () => connection("live", "live"));
  events.addEventListener("error", () => connection("connection lost", "lost"));
  events.addEventListener("message", (message) => add(JSON.parse(message.data)));
}

byId("list").addEventListener("keydown", move);
byId("replay").addEventListener("click", replay);
byId("views").addEventListener("change", showBody);
connect();
