// The stage as one file, and what it fetches later as others: `python -m scripts.bundle` writes what this says. Without
// a browser and without Node whoever runs the app has them as they are.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const ASSETS = new URL("../../assets/", import.meta.url);
const STAGE = fileURLToPath(new URL("stage/", ASSETS));
const LEARN = fileURLToPath(new URL("learn/", ASSETS));
const SHEETS = ["style", "diagram", "dialogs", "look", "type", "lists", "forced", "tools", "early"].map((name) => `stage/css/${name}.css`); // in the order of the page
const VENDORED = ["vendor/plotly/plotly-cartesian.min.js", "vendor/stix/stix-two-math.woff2"];
// What is fetched when it is needed.
const APART = { "worker.js": "stage/compute/worker.js", "writer.js": "stage/tools/writer.js" };
const WITH_STYLES = { "panel.js": "stage/learn/panel.js", "predict.js": "stage/learn/predict.js" }; // the same of modules with a style sheet of their name
const OPTIONS = { bundle: true, format: "esm", minify: true, write: false, target: "es2022", charset: "utf8", logLevel: "error" };

// As app/serving/files.py has it.
function address(path, content) {
  return `kept/${createHash("sha256").update(content).digest("hex").slice(0, 16)}/${path}`;
}

async function bundled(input) {
  const { outputFiles: [{ text }] } = await build({ ...OPTIONS, ...input });
  return text;
}

async function stylesheets(paths) {
  const sheets = paths.map((path) => readFileSync(new URL(path, ASSETS), "utf8"));
  const { code } = await transform(sheets.join("\n"), { loader: "css", minify: true, charset: "utf8" });
  return code;
}

// With its style sheet in it: it tells the page of that as soon as it is there.
async function styled(path) {
  const styles = await stylesheets([path.replace(/js$/, "css")]);
  const contents = `
import { includeStylesheets } from "./core/dom.js";
includeStylesheets(${JSON.stringify(styles)});
export * from "./${path.slice("stage/".length)}";
`;
  return bundled({ stdin: { contents, resolveDir: STAGE, sourcefile: "styled.js" } });
}

const apart = {};
const addresses = Object.fromEntries(VENDORED.map((path) => [path, address(path, readFileSync(new URL(path, ASSETS)))]));
for (const [name, path] of Object.entries(APART)) {
  apart[name] = await bundled({ entryPoints: [fileURLToPath(new URL(path, ASSETS))] });
  addresses[path] = address(`built/${name}`, apart[name]);
}
for (const [name, path] of Object.entries(WITH_STYLES)) {
  apart[name] = await styled(path);
  addresses[path] = address(`built/${name}`, apart[name]);
}
const entry = `
import { includeStylesheets } from "./core/dom.js";
import { paintEarly } from "./core/early.js";
import { learnAddresses } from "./core/served.js";
import stage, { lists } from "./stage.js";
learnAddresses(${JSON.stringify(addresses)});
includeStylesheets(${JSON.stringify(await stylesheets(SHEETS))});
paintEarly(stage);
export default stage;
export { lists };
`;
const stage = await bundled({ stdin: { contents: entry, resolveDir: STAGE, sourcefile: "bundle.js" } });
const quiz = await bundled({ stdin: { contents: `
import { includeStylesheets } from "../stage/core/dom.js";
import quiz from "./quiz.js";
includeStylesheets(${JSON.stringify(await stylesheets(["learn/quiz.css"]))});
export default quiz;
`, resolveDir: LEARN, sourcefile: "bundle.js" } });
const ticks = await bundled({ entryPoints: [fileURLToPath(new URL("stage/learn/ticks.js", ASSETS))] });
process.stdout.write(JSON.stringify({ "stage.js": stage, "quiz.js": quiz, "ticks.js": ticks, ...apart }));
