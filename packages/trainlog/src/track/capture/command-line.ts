/** @file The command that started the script, with secrets masked. */

/** Option names whose value is nobody's business. `key` alone is not one (`--sort-key`), `api-key` is. */
const SECRET_NAME = /(pass(word|wd|phrase)?|secret|token|credentials?|auth|(api|access|private|secret)[-_]?key)$/i;

/** Values that are secrets by their own look: well-known token prefixes and credentials in addresses. */
const SECRET_VALUE =
  /\b(sk|pk|ghp|gho|ghs|github_pat|glpat|hf|xox[abp]|AKIA|wandb_v1)[-_A-Za-z0-9]{12,}|(?<=:\/\/)[^/@\s]+(?=@)/g;

const MASK = "***";

/**
 * Masks secrets in arguments: `--api-key=…`, `--api-key …`, `TOKEN=…`, `https://user:pass@host`, well-known token forms.
 *
 * @param args - As in `process.argv`.
 */
export function maskSecrets(args: readonly string[]): string[] {
  return args.map((arg, i) => {
    const before = args[i - 1];
    const followsName =
      before !== undefined && /^--?[^=]+$/.test(before) && SECRET_NAME.test(before) && !arg.startsWith("-");
    if (followsName) return MASK;
    const equals = arg.indexOf("=");
    if (equals > 0 && SECRET_NAME.test(arg.slice(0, equals))) return `${arg.slice(0, equals)}=${MASK}`;
    return arg.replaceAll(SECRET_VALUE, MASK);
  });
}
