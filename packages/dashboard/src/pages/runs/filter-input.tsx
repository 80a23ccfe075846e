/** @file The filter bar's text: colours behind the letters, completion below, what is wrong and where. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { type Completion, type Completions, complete } from "trainlog/query";
import { Icon } from "../../components/icons.tsx";
import { markFilter } from "../../lib/filter-marks.ts";
import { type RunSearch, readSearch } from "../../lib/run-search.ts";
import { useApp } from "../../state/app.ts";
import type { KnownColumns } from "../../state/column-list.ts";
import { FieldValues } from "../../state/field-values.ts";
import { FilterProblemLine } from "./filter-problem.tsx";

/** Completions shown at once; typing on finds the others. */
const MAX_OFFERED = 40;

interface FilterInputProps {
  readonly text: string;
  readonly known: KnownColumns;
  readonly projects: readonly string[];
  readonly onText: (text: string) => void;
}

/** A text field that knows the filter language. Words without any of it just search. */
export function FilterInput({ text, known, projects, onText }: FilterInputProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const marks = useRef<HTMLDivElement>(null);
  const offer = useOffer(text, known, projects);
  const search = readSearch(text);
  const choose = (item: Completion, { from, to }: Completions): void => {
    const inserted = item.text + (item.text.endsWith("(") ? "" : " ");
    const rest = text.slice(to).replace(/^ /, "");
    onText(text.slice(0, from) + inserted + rest);
    offer.show(from + inserted.length);
    // The text comes back by the address, after this event.
    requestAnimationFrame(() => input.current?.setSelectionRange(from + inserted.length, from + inserted.length));
    input.current?.focus();
  };
  return (
    <div class="filter-field" onFocusOut={offer.closeWhenLeft}>
      <div class="filter-box">
        <div class="filter-marks" aria-hidden="true" ref={marks}>
          <Marks text={text} search={search} />
        </div>
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label="Filter runs"
          data-shortcut="search"
          aria-autocomplete="list"
          aria-expanded={offer.items.length > 0}
          aria-controls="filter-offer"
          aria-activedescendant={offer.active < 0 ? undefined : `filter-offer-${offer.active}`}
          aria-invalid={search.kind === "problem"}
          aria-describedby="filter-problem"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder="Search, or filter: metric.loss < 0.1 and tag = best"
          value={text}
          onInput={(event) => {
            onText(event.currentTarget.value);
            offer.show(event.currentTarget.selectionStart ?? event.currentTarget.value.length);
          }}
          onScroll={(event) => {
            if (marks.current !== null) marks.current.scrollLeft = event.currentTarget.scrollLeft;
          }}
          onKeyDown={(event) => offer.onKey(event, choose)}
        />
        {text !== "" && (
          <button type="button" class="icon-button" aria-label="Clear the filter" onClick={() => onText("")}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <OfferList offer={offer} onChoose={choose} />
      <FilterProblemLine text={text} search={search} onText={onText} />
    </div>
  );
}

function Marks({ text, search }: { readonly text: string; readonly search: RunSearch }): JSX.Element {
  if (search.kind === "words") return <>{text}</>;
  const parts = markFilter(text, search.kind === "problem" ? search.problem : undefined);
  return (
    <>
      {parts.map((part, at) => (
        <span key={at} class={`mark-${part.mark}`}>
          {part.text}
        </span>
      ))}
    </>
  );
}

/** What could be typed at the cursor, and which of it the arrow keys stand on. */
interface Offer {
  readonly items: readonly Completion[];
  readonly completions: Completions | undefined;
  /** Index of the marked item; -1 for none. */
  readonly active: number;
  show(cursor: number): void;
  onKey(event: KeyboardEvent, choose: (item: Completion, completions: Completions) => void): void;
  closeWhenLeft(event: FocusEvent & { readonly currentTarget: HTMLElement }): void;
}

function useOffer(text: string, known: KnownColumns, projects: readonly string[]): Offer {
  const { client } = useApp();
  const cursor = useSignal(-1);
  const active = useSignal(-1);
  const values = useMemo(() => new FieldValues(client, projects), [projects.join("\n")]);
  const names = useMemo(() => vocabularyOf(known), [known]);
  const completions =
    cursor.value < 0
      ? undefined
      : complete(text, Math.min(cursor.value, text.length), { ...names, valuesOf: values.of });
  // A word that is written out needs no completion.
  const items = (completions?.items ?? [])
    .filter((item) => item.text !== text.slice(completions?.from, completions?.to))
    .slice(0, MAX_OFFERED);
  const close = (): void => {
    cursor.value = -1;
    active.value = -1;
  };
  const show = (at: number): void => {
    cursor.value = at;
    active.value = -1;
  };
  return {
    items,
    completions,
    active: active.value,
    show,
    closeWhenLeft: (event) => {
      const to = event.relatedTarget;
      if (!(to instanceof Node && event.currentTarget.contains(to))) close();
    },
    onKey: (event, choose) => {
      const field = event.currentTarget instanceof HTMLInputElement ? event.currentTarget : undefined;
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if ((step !== 0 || (event.key === " " && event.ctrlKey)) && items.length === 0) {
        event.preventDefault();
        show(field?.selectionStart ?? text.length);
      } else if (step !== 0) {
        event.preventDefault();
        active.value = (active.value + step + items.length + (active.value < 0 && step < 0 ? 1 : 0)) % items.length;
      } else if (event.key === "Escape" && completions !== undefined) close();
      else if (event.key === "Enter" || event.key === "Tab") {
        const item = items[active.value];
        if (item !== undefined && completions !== undefined) {
          event.preventDefault();
          choose(item, completions);
        } else close();
      } else if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") close();
    },
  };
}

function OfferList({
  offer,
  onChoose,
}: {
  readonly offer: Offer;
  readonly onChoose: (item: Completion, completions: Completions) => void;
}): JSX.Element {
  const { items, completions, active } = offer;
  return (
    <div id="filter-offer" class="filter-offer" role="listbox" aria-label="Completions" hidden={items.length === 0}>
      {items.map((item, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the field choose; the focus stays there.
        <div
          key={item.text}
          id={`filter-offer-${at}`}
          role="option"
          aria-selected={at === active}
          class={at === active ? "active" : ""}
          ref={(element) => {
            if (at === active) element?.scrollIntoView({ block: "nearest" });
          }}
          // The field keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => completions !== undefined && onChoose(item, completions)}
        >
          <span class="ellipsis">{item.text}</span>
          <span class="muted">{item.kind}</span>
        </div>
      ))}
    </div>
  );
}

function vocabularyOf({ columns }: KnownColumns): Record<"metrics" | "config" | "summary", string[]> {
  const keys = (what: string): string[] => columns.filter((column) => column.what === what).map(({ key }) => key);
  return { metrics: keys("metric"), config: keys("config"), summary: keys("summary") };
}
