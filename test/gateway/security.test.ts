import { parse } from 'graphql';
import { Security, withoutEnforcedLinks } from '../../gateway/authorisation';
import { loadSupergraph } from '../../gateway/supergraph/load';
import { createLogger } from '../../platform/observability';
import { guardedSupergraph } from './support/guarded';

const logger = createLogger({ logLevel: 'silent' }, 'test');
const supergraph = guardedSupergraph();

/** What a field or type demands, in short; `null` for nothing. */
function demandOf(sdl: string, type: string, field?: string): unknown {
  const security = new Security(sdl);
  const number = field === undefined ? security.ofType(type) : security.ofField(type, field);
  if (number === undefined) return null;
  const { isAuthenticated, scopes, policies } = security.requirement(number);
  return [...(isAuthenticated ? ['login'] : []), ...scopes, ...policies];
}

describe('a supergraph that asks for security', () => {
  it('is read with its own names for the directives', () => {
    expect(demandOf(supergraph, 'Query', 'vault')).toEqual([[['open']]]);
    expect(demandOf(supergraph, 'Query', 'me')).toEqual(['login']);
    expect(demandOf(supergraph, 'Query', 'motto')).toBeNull();
  });

  it('loads, and is refused in any other version, by any other link, or without one', async () => {
    await expect(loadSupergraph(supergraph, logger)).resolves.toBeDefined();
    const newer = supergraph.replace('authenticated/v0.1', 'authenticated/v0.2');
    expect(() => new Security(newer)).toThrow('authenticated/v0.2');
    expect(() => withoutEnforcedLinks(newer)).toThrow('authenticated/v0.2');
    await expect(loadSupergraph(newer.replace(/, for: SECURITY/g, ''), logger)).rejects.toThrow('authenticated/v0.2');
    const other = supergraph.replace('authenticated/v0.1', 'secrecy/v0.1').replace(/ @authenticated$/gm, '');
    await expect(loadSupergraph(other.replace(/@authenticated/g, '@secrecy'), logger)).rejects.toThrow('secrecy');
    const unlinked = supergraph.replace(/@link\(url: "https:\/\/specs.apollo.dev\/authenticated\/v0.1"[^)]*\)/, '');
    expect(() => new Security(unlinked)).toThrow('without a link');
  });

  it('is enforced also where the link names no purpose', () => {
    expect(demandOf(supergraph.replace(/, for: SECURITY/g, ''), 'Query', 'me')).toEqual(['login']);
    expect(() => parse(withoutEnforcedLinks(supergraph))).not.toThrow();
    expect(withoutEnforcedLinks(supergraph)).not.toMatch(/for: SECURITY/);
  });

  it('demands of a field what its type demands, and what its subgraph is sent for it', () => {
    expect(demandOf(supergraph, 'Person', 'level')).toEqual(['login']);
    expect(demandOf(supergraph, 'Person', 'born')).toEqual([[['users:read']]]);
    // Composition insists that the field itself says so too; this one does not.
    const silent = supergraph.replace(/(bonus: Int @join__field\([^)]*\)) @requiresScopes\(scopes: .*\)$/m, '$1');
    expect(silent).not.toBe(supergraph);
    expect(demandOf(silent, 'Person', 'bonus')).toEqual(demandOf(supergraph, 'Person', 'salary'));
  });

  it('demands of records what stands on their type, and on an interface what stands there by itself', () => {
    expect(demandOf(supergraph, 'Safe')).toEqual(['login']);
    expect(demandOf(supergraph, 'Person')).toBeNull();
    const written = supergraph.replace(/^type Safe implements Node([^{]*?)\s*@authenticated/m, 'type Safe implements Node$1');
    expect(written).not.toBe(supergraph);
    expect(demandOf(written, 'Person')).toEqual(['login']);
  });
});
