import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, OperationTypeNode } from 'graphql';
import type { Protection } from '../authorisation';
import type { OperationDemand } from '../demand';
import type { OperationVariants } from './variants';

/** An operation that was parsed, found small enough and valid; shared by all requests that ask it. */
export interface PreparedOperation {
  /** The one operation with the fragments that it uses. */
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly kind: OperationTypeNode;
  readonly name: string | null;
  /** Of the normalised text: spacing, comments, and other operations in the document do not change it. */
  readonly hash: string;
  /** What it demands of its viewers; `null` where everybody may ask all of it. */
  readonly protection: Protection | null;
  readonly variants: OperationVariants;
  /** An estimate, made before anything is fetched. */
  readonly demand: OperationDemand;
}
