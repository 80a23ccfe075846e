/** The page's script: starts the worker, and shows what it hears from it. */
import { Curve } from "trainlog/log";
import { TrainLogElement } from "trainlog/widgets";
import type { Message, Reading } from "./messages.ts";

const state = document.querySelector("#state");
const chart = document.querySelector("#curve");
const list = document.querySelector("#digits");
let curve = Curve.empty();

const worker = new Worker("/worker.js", { type: "module" });
worker.addEventListener("message", ({ data }: MessageEvent<Message>) => {
  if (data.kind === "step") {
    curve = curve.push(data.step, data.loss);
    say(`step ${data.step}: loss ${data.loss.toFixed(4)}`);
    if (chart instanceof TrainLogElement) chart.log = curve.toTrainLog("Learning digits", "loss");
  } else if (data.kind === "done") {
    say(`finished: ${(100 * data.accuracy).toFixed(1)} % of the digits that it has not seen`);
    list?.replaceChildren(...data.readings.map(draw));
  } else say(`failed: ${data.reason}`);
});
worker.addEventListener("error", ({ message }) => say(`failed: ${message}`));
worker.postMessage(new URL(location.href).searchParams.get("server") ?? "");

function say(text: string): void {
  if (state !== null) state.textContent = text;
}

/** A digit as an item of the list: its picture, and what the model read. */
function draw({ pixels, truth, guess }: Reading): HTMLLIElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [8, 8];
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `a handwritten ${truth}`);
  const image = new ImageData(8, 8);
  for (const [i, ink] of pixels.entries()) {
    const grey = 255 * (1 - ink);
    image.data.set([grey, grey, grey, 255], 4 * i);
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  const item = document.createElement("li");
  item.append(canvas, document.createElement("br"), guess === truth ? `${guess}` : `${guess} (is ${truth})`);
  return item;
}
