/** @file What can be done with the chosen runs: compare, tag, group, archive, delete. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { BulkAction } from "trainlog/api";
import { Icon } from "../../components/icons.tsx";
import { closeMenu, Menu } from "../../components/menu.tsx";
import { compareAddress } from "../../lib/compare-address.ts";
import { formatCount } from "../../lib/number-format.ts";
import { MAX_PICKED, NO_SELECTION } from "../../lib/row-selection.ts";
import type { RunsView } from "../../lib/view-state.ts";
import { useApp } from "../../state/app.ts";
import type { BulkTarget, BulkWork } from "../../state/bulk-work.ts";

interface SelectionBarProps {
  readonly view: RunsView;
  /** Condition of the list; see `filterOf`. */
  readonly filter: string;
  /** Runs that match. */
  readonly total: number;
  readonly work: BulkWork;
}

/** Stands above the table while runs are chosen. */
export function SelectionBar({ view, filter, total, work }: SelectionBarProps): JSX.Element {
  const { navigation } = useApp();
  const count = view.selectedAll ? total : view.selected.length;
  const target: BulkTarget = view.selectedAll
    ? {
        filter,
        ...(view.project !== undefined && { project: view.project }),
        ...(view.archived && { archived: "only" }),
        expectedCount: total,
      }
    : { runIds: view.selected };
  // What is archived or deleted is no longer in the list.
  const change = (action: BulkAction): void => {
    void work.change(target, action).then((done) => {
      const leaves = action.type === "archive" || action.type === "unarchive" || action.type === "delete";
      if (done && leaves) navigation.updateRuns(NO_SELECTION, "replace");
    });
  };
  return (
    <div class="selection">
      <span role="status">
        {formatCount(count)} run{count === 1 ? "" : "s"} selected
        {view.selected.length >= MAX_PICKED && `, which is as many as can be picked one by one`}
      </span>
      {!view.selectedAll && total > view.selected.length && (
        <button
          type="button"
          class="link"
          onClick={() => navigation.updateRuns({ selected: [], selectedAll: true }, "replace")}
        >
          Select all {formatCount(total)} that match
        </button>
      )}
      <a class="button button-primary" href={compareAddress(view, filter)}>
        {count === 1 ? "Open" : "Compare"}
      </a>
      <WordMenu
        label="Tag"
        field="Tag"
        action="Add"
        other="Remove"
        onWord={(word, other) => change({ type: other ? "removeTags" : "addTags", tags: [word] })}
      />
      <WordMenu
        label="Group"
        field="Group"
        action="Move to group"
        other="Out of group"
        onWord={(word, other) => change({ type: "setGroup", group: other ? "" : word })}
      />
      <button type="button" class="button" onClick={() => change({ type: view.archived ? "unarchive" : "archive" })}>
        {view.archived ? "Unarchive" : "Archive"}
      </button>
      <button type="button" class="button" onClick={() => change({ type: "delete" })}>
        Delete
      </button>
      <button type="button" class="button" onClick={() => navigation.updateRuns(NO_SELECTION, "replace")}>
        <Icon name="close" />
        Clear
      </button>
    </div>
  );
}

interface WordMenuProps {
  readonly label: string;
  readonly field: string;
  readonly action: string;
  readonly other: string;
  /** Gets the word; `other` when the second button was pressed. */
  readonly onWord: (word: string, other: boolean) => void;
}

/** A menu with one text field and two things to do with it. Out of a group needs no word. */
function WordMenu({ label, field, action, other, onWord }: WordMenuProps): JSX.Element {
  const word = useSignal("");
  const submit = (event: Event, isOther: boolean): void => {
    event.preventDefault();
    const text = word.value.trim();
    if (text === "" && !(isOther && label === "Group")) return;
    onWord(text, isOther);
    word.value = "";
    if (event.currentTarget instanceof Element) closeMenu(event.currentTarget);
  };
  return (
    <Menu label={label}>
      <form class="word-form" onSubmit={(event) => submit(event, false)}>
        <input
          type="text"
          aria-label={field}
          placeholder={field}
          value={word.value}
          onInput={(event) => {
            word.value = event.currentTarget.value;
          }}
        />
        <button type="submit" class="button button-primary">
          {action}
        </button>
        <button type="button" class="button" onClick={(event) => submit(event, true)}>
          {other}
        </button>
      </form>
    </Menu>
  );
}
