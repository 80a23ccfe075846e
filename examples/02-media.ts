/**
 * Logs more than numbers: an image, a histogram, a table, a confusion matrix, text, a file, an alert.
 *
 *     npx node examples/02-media.ts
 */
import * as trainlog from "trainlog";

await using run = await trainlog.init({ project: "examples", name: "media" });

for (let step = 0; step < 5; step++) {
  run.log(
    {
      ripple: trainlog.image(ripple(64, step), { caption: `phase ${step}` }),
      noise: trainlog.histogram(
        Array.from({ length: 1000 }, () => (Math.random() + Math.random() + Math.random()) * (step + 1)),
      ),
      predictions: trainlog.table({
        columns: ["input", "true", "predicted"],
        rows: [
          ["a cat on a mat", "cat", "cat"],
          ["a dog in fog", "dog", step < 3 ? "cat" : "dog"],
        ],
      }),
      confusion: trainlog.confusionMatrix({
        actual: [0, 0, 1, 1],
        predicted: [0, 0, step < 3 ? 0 : 1, 1],
        labels: ["cat", "dog"],
      }),
      comment: trainlog.text(`after step **${step}** the dog is ${step < 3 ? "still a cat" : "a dog"}`, {
        format: "markdown",
      }),
    },
    { step },
  );
}

await run.artifact({ "labels.txt": "cat\ndog\n" }, { name: "labels", kind: "dataset" });
run.alert("The dog is a dog", { text: "accuracy reached 100 %", level: "info" });
console.log(`logged media of run ${run.id} into ${run.dir}`);

/** Rings around the middle, as grey pixels. */
function ripple(size: number, phase: number) {
  const data = Uint8Array.from({ length: size * size }, (_, pixel) => {
    const radius = Math.hypot((pixel % size) - size / 2, Math.floor(pixel / size) - size / 2);
    return 127.5 + 127.5 * Math.cos(radius / 2 - phase);
  });
  return { data, width: size, height: size, channels: 1 };
}
