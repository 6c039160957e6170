import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';
import { WebhookEndpoint } from './endpoint.entity';

@ObjectType('WebhookEndpointNotFound', { implements: UserError, description: 'There is no such endpoint.' })
export class WebhookEndpointNotFound extends UserError {
  static make(): WebhookEndpointNotFound {
    const message = 'There is no such endpoint';
    return Object.assign(new WebhookEndpointNotFound(), {
      code: 'WEBHOOK_ENDPOINT_NOT_FOUND',
      message,
      path: ['input', 'endpointId'],
    });
  }
}

@ObjectType('WebhookDeliveryNotFound', { implements: UserError, description: 'There is no such delivery.' })
export class WebhookDeliveryNotFound extends UserError {
  static make(): WebhookDeliveryNotFound {
    const message = 'There is no such delivery';
    return Object.assign(new WebhookDeliveryNotFound(), {
      code: 'WEBHOOK_DELIVERY_NOT_FOUND',
      message,
      path: ['input', 'deliveryId'],
    });
  }
}

@ObjectType('WebhookUrlRefused', { implements: UserError, description: 'Events are not sent to such an address.' })
export class WebhookUrlRefused extends UserError {
  @Field(() => String, { description: 'What an address must be.' })
  allowed: string;

  static make(allowed: string): WebhookUrlRefused {
    const message = `The address ${allowed}`;
    return Object.assign(new WebhookUrlRefused(), { code: 'WEBHOOK_URL_REFUSED', message, path: ['input', 'url'], allowed });
  }
}

@ObjectType('WebhookEndpointDisabled', {
  implements: UserError,
  description: 'The endpoint is switched off; switch it on first.',
})
export class WebhookEndpointDisabled extends UserError {
  static make(): WebhookEndpointDisabled {
    const message = 'The endpoint is switched off; switch it on first';
    return Object.assign(new WebhookEndpointDisabled(), { code: 'WEBHOOK_ENDPOINT_DISABLED', message, path: ['input'] });
  }
}

@ObjectType('TooManyWebhookEndpoints', { implements: UserError, description: 'There are as many endpoints as there may be.' })
export class TooManyWebhookEndpoints extends UserError {
  @Field(() => Int, { description: 'How many there may be.' })
  maximum: number;

  static make(maximum: number): TooManyWebhookEndpoints {
    const message = `There may be ${maximum} endpoints; remove one first`;
    return Object.assign(new TooManyWebhookEndpoints(), {
      code: 'TOO_MANY_WEBHOOK_ENDPOINTS',
      message,
      path: ['input'],
      maximum,
    });
  }
}

@ObjectType('WebhookEndpointVersionConflict', {
  implements: UserError,
  description: 'Somebody changed the endpoint since you read it.',
})
export class WebhookEndpointVersionConflict extends UserError {
  @Field(() => WebhookEndpoint, { description: 'The endpoint as it is now.' })
  current: WebhookEndpoint;

  static make(current: WebhookEndpoint): WebhookEndpointVersionConflict {
    const message = `The endpoint changed; its version is now ${current.version}`;
    const path = ['input', 'expectedVersion'];
    return Object.assign(new WebhookEndpointVersionConflict(), { code: 'VERSION_CONFLICT', message, path, current });
  }
}

export type WebhookFailure =
  | WebhookEndpointNotFound
  | WebhookDeliveryNotFound
  | WebhookUrlRefused
  | WebhookEndpointDisabled
  | TooManyWebhookEndpoints
  | WebhookEndpointVersionConflict;

export const WebhookError = createUnionType({
  name: 'WebhookError',
  description: 'Why a change of webhooks did not happen.',
  types: () =>
    [
      WebhookEndpointNotFound,
      WebhookDeliveryNotFound,
      WebhookUrlRefused,
      WebhookEndpointDisabled,
      TooManyWebhookEndpoints,
      WebhookEndpointVersionConflict,
    ] as const,
});
