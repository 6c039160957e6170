export { startGateway } from './gateway';
export type { GatewayOptions, RunningGateway } from './options';
