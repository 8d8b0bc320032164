// Draws the OpenAPI document as a page, and tries its operations. Text only ever becomes text nodes.
"use strict";

const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

const resolve = (api, schema) => (schema && schema.$ref ? api.components.schemas[schema.$ref.split("/").pop()] : schema);

const typeOf = (api, schema) => {
  const whole = resolve(api, schema) || {};
  if (whole.const !== undefined) return JSON.stringify(whole.const);
  if (whole.enum) return whole.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (whole.anyOf) return whole.anyOf.map((part) => typeOf(api, part)).join(" | ");
  if (whole.type === "array") return typeOf(api, whole.items) + "[]";
  if (whole.type === "object") return whole.title || "object";
  return whole.format || whole.type || "any";
};

const fields = (api, schema) => {
  const whole = resolve(api, schema);
  if (!whole || !whole.properties) return make("p", {}, typeOf(api, schema));
  const required = new Set(whole.required || []);
  const table = make("table");
  for (const [name, property] of Object.entries(whole.properties)) {
    table.append(make("tr", {}, make("td", {}, make("code", {}, name)), make("td", {}, typeOf(api, property)), make("td", {}, required.has(name) ? "" : "optional")));
  }
  return table;
};

const send = async (method, path, operation, inputs, body, output) => {
  let address = path;
  const query = new URLSearchParams();
  const headers = {};
  for (const [parameter, input] of inputs) {
    if (!input.value) continue;
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (parameter.in === "query") query.set(parameter.name, input.value);
    else headers[parameter.name] = input.value;
  }
  const token = document.getElementById("token").value.trim();
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers["content-type"] = "application/json";
  const target = query.size ? `${address}?${query}` : address;
  try {
    const response = await fetch(target, { method: method.toUpperCase(), headers, body: body ? body.value : undefined });
    const text = await response.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: shown as it came */ }
    output.textContent = `${response.status} ${response.statusText}\n\n${shown}`;
  } catch (error) {
    output.textContent = `No answer: ${error.message}`;
  }
};

const operationView = (api, path, method, operation) => {
  const inner = make("div", { class: "body" });
  const inputs = (operation.parameters || []).map((parameter) => {
    const input = make("input", { placeholder: typeOf(api, parameter.schema), name: parameter.name });
    inner.append(make("label", {}, `${parameter.name} (${parameter.in}${parameter.required ? "" : ", optional"})`, input));
    return [parameter, input];
  });
  let body = null;
  const content = operation.requestBody && operation.requestBody.content["application/json"];
  if (content) {
    body = make("textarea", { rows: 6, spellcheck: "false" });
    body.value = JSON.stringify(content.example || {}, null, 2);
    inner.append(make("label", {}, "Body", body), fields(api, content.schema));
  }
  const output = make("pre", { hidden: "" });
  const button = make("button", { type: "button" }, "Send");
  button.addEventListener("click", () => { output.hidden = false; send(method, path, operation, inputs, body, output); });
  inner.append(button, output);
  const answers = make("table");
  for (const [status, response] of Object.entries(operation.responses)) {
    answers.append(make("tr", {}, make("td", {}, status), make("td", {}, response.description)));
  }
  const done = Object.values(operation.responses).map((response) => response.content && response.content["application/json"]).find(Boolean);
  inner.append(make("label", {}, "Answers"), answers);
  if (done) inner.append(make("label", {}, "Answer"), fields(api, done.schema));
  const lock = operation.security && operation.security.length ? "signed in · " : "";
  return make("details", { id: operation.operationId },
    make("summary", {}, make("b", { class: `method ${method}` }, method.toUpperCase()), make("code", {}, path), make("span", {}, lock + operation.summary)),
    inner);
};

const draw = (api) => {
  document.getElementById("about").textContent = api.info.description;
  const main = document.getElementById("operations");
  const nav = document.getElementById("tags");
  for (const tag of api.tags) {
    const section = make("section", {}, make("h2", { id: `tag-${tag.name}` }, `${tag.name}: ${tag.description}`));
    for (const [path, methods] of Object.entries(api.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (operation.tags.includes(tag.name)) section.append(operationView(api, path, method, operation));
      }
    }
    if (section.children.length > 1) {
      main.append(section);
      nav.append(make("a", { href: `#tag-${tag.name}` }, tag.name));
    }
  }
};

fetch("/openapi.json").then((response) => response.json()).then(draw).catch((error) => {
  document.getElementById("about").textContent = `The description could not be read: ${error.message}`;
});
