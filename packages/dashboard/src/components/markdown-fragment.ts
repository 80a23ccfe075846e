/**
 * @file Markdown (GitHub's) as elements of this page. Loaded when the first text is shown.
 *
 * What came from a script or from another person is not trusted: DOMPurify leaves elements of text only. No attribute names anything of the page, no
 * form, style or frame stays, and pictures from elsewhere become links, because this page fetches nothing from outside.
 */
import DOMPurify from "dompurify";
import { Marked, type Token } from "marked";

const ALLOWED = {
  ALLOWED_TAGS: [
    ..."a b blockquote br code dd del details dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre s strong sub summary sup".split(
      " ",
    ),
    ..."table tbody td th thead tr ul".split(" "),
  ],
  ALLOWED_ATTR: ["href", "src", "alt", "title", "align", "start", "open"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|\/(?!\/)|#|data:image\/(?:png|jpeg|gif|webp);)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
};

/** Longest text that is drawn, in characters; marked takes time that grows with the square of some hostile texts. */
const MAX_CHARS = 200_000;

/** Makes elements of a text. */
export function markdownFragment(text: string): DocumentFragment {
  const marked = new Marked({ gfm: true, breaks: false, async: false });
  marked.use({
    renderer: {
      checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
      // Not a defence, which is DOMPurify's: browsers report handlers to the console even where nothing can run them.
      html: ({ text: html }) => html.replace(/(\s|\/)on(?=\w+\s*=)/gi, "$1data-on"),
    },
  });
  const tokens = marked.lexer(text.slice(0, MAX_CHARS));
  demoteHeadings(tokens);
  const fragment = DOMPurify.sanitize(marked.parser(tokens), { ...ALLOWED, RETURN_DOM_FRAGMENT: true });
  for (const image of fragment.querySelectorAll("img")) keepOrLink(image);
  for (const link of fragment.querySelectorAll("a[href]")) openElsewhere(link);
  for (const cell of fragment.querySelectorAll("th:empty")) cell.replaceWith(document.createElement("td"));
  return fragment;
}

/** The text stands under a heading of the page (level 2): its own begin below, and no level is left out. */
function demoteHeadings(tokens: Token[]): void {
  const open: number[] = [];
  for (const token of tokens) {
    if (token.type !== "heading") continue;
    while ((open.at(-1) ?? 0) >= token["depth"]) open.pop();
    open.push(token["depth"]);
    token["depth"] = Math.min(2 + open.length, 6);
  }
}

function keepOrLink(image: HTMLImageElement): void {
  const source = image.getAttribute("src") ?? "";
  if (!/^https?:/i.test(source)) return;
  const link = document.createElement("a");
  link.href = source;
  link.textContent = image.alt === "" ? source : image.alt;
  image.replaceWith(link);
}

function openElsewhere(link: Element): void {
  const address = link.getAttribute("href") ?? "";
  if (!/^(?:https?|mailto):/i.test(address)) return;
  link.setAttribute("target", "_blank");
  link.setAttribute("rel", "noopener noreferrer nofollow");
}
