/** @file A confusion matrix as a table whose cells are shaded by their share of the true class. */
import type { JSX } from "preact";
import type { ConfusionData } from "../lib/media-data.ts";
import { formatCount } from "../lib/number-format.ts";

/** Classes up to which a matrix is drawn as cells. */
const MAX_CLASSES = 40;

/** Longest label that stands upright above its column; longer ones are turned, so that they do not make the columns wide. */
const MAX_UPRIGHT = 4;

/** The matrix with its accuracy. */
export function ConfusionView({ data, label }: { readonly data: ConfusionData; readonly label: string }): JSX.Element {
  const { counts, labels } = data;
  const total = sum(counts.map(sum));
  const right = sum(counts.map((row, i) => row[i] ?? 0));
  const accuracy = total === 0 ? "no samples" : `accuracy ${((right / total) * 100).toFixed(1)} %`;
  if (labels.length > MAX_CLASSES)
    return <p>{`${formatCount(labels.length)} classes, ${formatCount(total)} samples, ${accuracy}`}</p>;
  const turned = labels.some((name) => name.length > MAX_UPRIGHT);
  return (
    <>
      <div class="table-scroll confusion-scroll" tabIndex={0} role="region" aria-label={`Cells of ${label}`}>
        <table
          class={turned ? "confusion turned" : "confusion"}
          aria-label="Counts: true class by row, predicted by column"
        >
          <thead>
            <tr>
              <td />
              {labels.map((name) => (
                <th key={name} scope="col" title={name}>
                  <span>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {counts.map((row, i) => (
              <tr key={labels[i]}>
                <th scope="row" title={labels[i]}>
                  {labels[i]}
                </th>
                {row.map((count, j) => (
                  <td
                    key={labels[j]}
                    class={count === 0 ? "none" : undefined}
                    title={`${formatCount(count)} of ${labels[i]} taken for ${labels[j]}`}
                    style={{ "--share": String(share(count, sum(row))) }}
                  >
                    {formatCount(count)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="muted">
        true class by row, predicted by column · {formatCount(total)} samples, {accuracy}
      </p>
    </>
  );
}

/** Share of a row in percent, at most 70, so that the text on the shade stays readable. */
function share(count: number, rowTotal: number): number {
  return rowTotal === 0 ? 0 : Math.round((count / rowTotal) * 70);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
