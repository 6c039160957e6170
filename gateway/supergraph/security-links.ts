import { Kind, parse, type ConstArgumentNode, type ConstDirectiveNode } from 'graphql';

/**
 * Specifications that a supergraph links `for: SECURITY` and whose rules this gateway keeps itself. A supergraph with any
 * other such link is refused: serving it would show what the rule hides.
 */
export const ENFORCED_LINKS: ReadonlySet<string> = new Set<string>([]);

/**
 * The SDL as Apollo Gateway loads it, which refuses every link for security that it does not know: `for: SECURITY` is taken
 * off those that are enforced here, and nothing else is changed, so that the others are still refused.
 */
export function withoutEnforcedLinks(sdl: string, enforced: ReadonlySet<string> = ENFORCED_LINKS): string {
  if (!/\bSECURITY\b/.test(sdl)) return sdl;
  const purposes = linksOf(sdl).flatMap((link) => {
    const purpose = argumentOf(link, 'for');
    const url = argumentOf(link, 'url')?.value;
    const isEnforced = url?.kind === Kind.STRING && enforced.has(url.value);
    return isEnforced && purpose?.value.kind === Kind.ENUM && purpose.value.value === 'SECURITY' ? [purpose] : [];
  });
  let text = sdl;
  for (const { loc } of purposes) {
    // Spaces keep every other place of the text where errors will say it is.
    if (loc) text = text.slice(0, loc.start) + ' '.repeat(loc.end - loc.start) + text.slice(loc.end);
  }
  return text;
}

function linksOf(sdl: string): ConstDirectiveNode[] {
  return parse(sdl).definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? []).filter(({ name }) => name.value === 'link')
      : [],
  );
}

function argumentOf(directive: ConstDirectiveNode, name: string): ConstArgumentNode | undefined {
  return directive.arguments?.find((argument) => argument.name.value === name);
}
