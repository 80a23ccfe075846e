/**
 * @file Small tales, generated: English that anybody may use, of any length, to train text models on.
 *
 * A grammar with places, weather, people and things that stay the same through a tale: a model can learn letters, then words, then that the one who
 * sets out is the one who comes home.
 */
import { type Generator, generator } from "../../random/generator.ts";
import { checkOptionNames, checkWhole } from "../options.ts";

/** How much to tell. */
export interface TalesOptions {
  /** Characters, exactly: the last tale is cut off. Default 100,000. */
  readonly length?: number;
  /** Default 0. */
  readonly seed?: number;
}

const PEOPLE = [
  "the miller",
  "the old ferryman",
  "a young weaver",
  "the clockmaker",
  "the shepherd",
  "a travelling fiddler",
  "the baker",
  "the lighthouse keeper",
];
const PLACES = [
  "the harbour",
  "the northern hills",
  "the market town",
  "the birch forest",
  "the salt marsh",
  "the stone bridge",
  "the windmill",
  "the island",
];
const THINGS = [
  "a copper key",
  "a blue lantern",
  "a basket of pears",
  "a letter without a name",
  "a small brass bell",
  "a map of the coast",
  "a loaf of rye bread",
  "a silver needle",
];
const MORNINGS = [
  "One grey morning",
  "On the first day of spring",
  "When the snow had gone",
  "Early in the autumn",
  "One clear night",
  "After three days of rain",
];
const WEATHERS = [
  "the wind turned to the west",
  "fog lay over the fields",
  "the sun stood high",
  "the first stars came out",
  "it began to rain",
  "the frost was hard on the road",
];
const HELPERS = [
  "a grey goose",
  "an old woman with a cart",
  "a boy on a mule",
  "a fox with one white ear",
  "two sailors",
  "a very small dog",
];
const QUESTIONS = [
  "Where does this road lead?",
  "Have you seen what I have lost?",
  "How far is it from here?",
  "Who lives behind that door?",
  "What is the bell for?",
];
const ANSWERS = [
  "As far as you can walk",
  "No further than the evening",
  "Ask again when the tide is out",
  "Only those who wait will know",
  "It is nearer than you think",
];
const ENDINGS = [
  "and nobody asked about it again",
  "and the kettle was already singing",
  "and that was enough for one day",
  "and the door stood open",
  "and so the winter could come",
];

const pick = (words: readonly string[], random: Generator): string => words[random.integer(words.length)] ?? "";
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Generated tales in plain English (ASCII letters, blanks, line ends and `.,?"`), for text models.
 *
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 */
export function tales(options: TalesOptions = {}): string {
  checkOptionNames("tales", options, ["length", "seed"]);
  const { length = 100_000, seed = 0 } = options;
  checkWhole("tales: length", length, 1);
  const random = generator(seed).fork("tales");
  const parts: string[] = [];
  for (let told = 0; told < length; told += parts.at(-1)?.length ?? 0) parts.push(`${tale(random)}\n\n`);
  return parts.join("").slice(0, length);
}

function tale(random: Generator): string {
  const hero = pick(PEOPLE, random);
  const [from, to] = random.shuffle([...PLACES]);
  const thing = pick(THINGS, random);
  const theThing = thing.replace(/^a /, "the ");
  const theHero = hero.replace(/^a /, "the ");
  const middle = random.shuffle([meeting(theHero, random), weather(theHero, random), rest(theHero, theThing, random)]);
  return [
    `${pick(MORNINGS, random)} ${hero} set out from ${from} to ${to} with ${thing}.`,
    ...middle.slice(0, 1 + random.integer(3)),
    `In the end ${theHero} came to ${to}, left ${theThing} there, and walked home to ${from}, ${pick(ENDINGS, random)}.`,
  ].join(" ");
}

function meeting(hero: string, random: Generator): string {
  const helper = pick(HELPERS, random);
  return `By the road sat ${helper}. "${pick(QUESTIONS, random)}" asked ${hero}. "${pick(ANSWERS, random)}," was the answer.`;
}

function weather(hero: string, random: Generator): string {
  return `${capital(pick(WEATHERS, random))}, but ${hero} did not turn back.`;
}

function rest(hero: string, thing: string, random: Generator): string {
  const place = pick(["under an oak", "in a barn", "by the river", "behind a wall"], random);
  return `${capital(hero)} slept ${place} that night, with ${thing} close at hand, while ${pick(WEATHERS, random)}.`;
}
