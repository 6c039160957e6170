import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { requireScope } from '../../../platform/auth';
import {
  ConnectionArgs,
  globalId,
  keyOf,
  readPage,
  toConnection,
  type ConnectionOf,
  type SubgraphContext,
} from '../../../platform/federation';
import { actorOf } from '../audit';
import { TaxZone, TaxZoneConnection } from './tax-zone.entity';
import { readTaxZone, RemoveTaxZoneInput, SetTaxZoneInput } from './tax.inputs';
import { RemoveTaxZonePayload, SetTaxZonePayload } from './tax.payloads';
import type { TaxService } from './tax.service';

@Resolver(() => TaxZone)
export class TaxResolver {
  constructor(private readonly taxes: TaxService) {}

  @Query(() => TaxZoneConnection, { description: 'How goods are taxed by place, for staff (scope orders:read).' })
  async taxZones(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() context: SubgraphContext,
  ): Promise<ConnectionOf<TaxZone>> {
    requireScope(context.viewer, 'orders:read');
    return toConnection(await this.taxes.page(readPage(page)));
  }

  @Mutation(() => SetTaxZonePayload, { description: 'Says how goods are taxed in a place. For staff (scope orders:write).' })
  async setTaxZone(
    @Arg('input', () => SetTaxZoneInput, { description: 'The place and its rates.' }) input: SetTaxZoneInput,
    @Ctx() context: SubgraphContext,
  ): Promise<SetTaxZonePayload> {
    requireScope(context.viewer, 'orders:write');
    const { zone, errors } = await this.taxes.set(readTaxZone(input), input.expectedVersion ?? null, actorOf(context.viewer));
    return Object.assign(new SetTaxZonePayload(), { taxZone: zone, errors });
  }

  @Mutation(() => RemoveTaxZonePayload, {
    description: 'Takes a tax zone away: nothing is taxed there, or a region as its country is. For staff (scope orders:write).',
  })
  async removeTaxZone(
    @Arg('input', () => RemoveTaxZoneInput, { description: 'Which.' }) input: RemoveTaxZoneInput,
    @Ctx() context: SubgraphContext,
  ): Promise<RemoveTaxZonePayload> {
    requireScope(context.viewer, 'orders:write');
    const key = keyOf('TaxZone', input.taxZoneId, 'input.taxZoneId');
    const { zone, errors } = await this.taxes.remove(key, input.expectedVersion ?? null, actorOf(context.viewer));
    return Object.assign(new RemoveTaxZonePayload(), { removedTaxZoneId: zone && globalId('TaxZone', zone.id), errors });
  }

  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() zone: TaxZone): string {
    return globalId('TaxZone', zone.id);
  }

  @FieldResolver(() => String, { nullable: true, description: 'The region, such as "CA"; null for the whole country.' })
  region(@Root() zone: TaxZone): string | null {
    return zone.region === '' ? null : zone.region;
  }
}
