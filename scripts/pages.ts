/** @file What can be checked of a Markdown page: its code and its links. */

/** Code blocks of one language, in order. */
export function codeBlocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, of, code]) =>
    of === language && code !== undefined ? [code] : [],
  );
}

/** All code of a page: its blocks, and what stands between backticks in the text. */
export function allCode(markdown: string): string {
  const blocks = [...markdown.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)];
  const inline = [...markdown.replaceAll(/^```\w*\n[\s\S]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)];
  return [...blocks, ...inline].map(([, code]) => code).join("\n");
}

/** Targets of links to files of this repository, without their fragment. */
export function fileLinks(markdown: string): string[] {
  const targets = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => match[1] ?? []);
  return targets.flatMap((target) => (/^([a-z]+:|#)/i.test(target) ? [] : [target.replace(/#.*$/, "")]));
}
