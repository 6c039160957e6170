import { Ctx, Directive, Query, Resolver } from 'type-graphql';
import { requireService } from '../../../platform/auth';
import { JsonScalar, type SubgraphContext } from '../../../platform/federation';
import type { SigningKeyService } from './signing-key.service';

@Resolver()
export class SigningKeyResolver {
  constructor(private readonly keys: SigningKeyService) {}

  @Directive('@inaccessible')
  @Query(() => JsonScalar, { description: 'The public keys of access tokens as a JSON Web Key Set. For our own processes only.' })
  accessTokenKeys(@Ctx() { viewer }: SubgraphContext): Promise<object> {
    requireService(viewer);
    return this.keys.jwks();
  }
}
