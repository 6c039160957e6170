import type { NameNode } from 'graphql';
import type { Holders } from './holders';
import { valueOf } from './supergraph-nodes';

/** Leaves out keys that nothing can be asked by. */
export function dropKeys(holders: Holders): void {
  for (const holder of holders.all()) {
    const directives = (holder.directives ?? []).flatMap((directive) => {
      if (directive.name.value !== 'join__type' || valueOf(directive, 'resolvable') !== false) return [directive];
      holders.isChanged = true;
      const same = (holder.directives ?? []).filter(
        (other) => other.name.value === 'join__type' && valueOf(other, 'graph') === valueOf(directive, 'graph'),
      );
      const isLast = same.every((other) => valueOf(other, 'resolvable') === false) && same[0] === directive;
      const isNeeded = ({ name }: { name: NameNode }): boolean => !['key', 'resolvable'].includes(name.value);
      return isLast ? [{ ...directive, arguments: directive.arguments?.filter(isNeeded) ?? [] }] : [];
    });
    holders.replace({ ...holder, directives });
  }
}
