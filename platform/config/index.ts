export {
  readSettings,
  SETTING_NAMES,
  SettingsError,
  SUBGRAPH_NAMES,
  type PaymentSettings,
  type Settings,
  type SubgraphName,
} from './settings';
export { silenceVendorTelemetry } from './vendor-telemetry';
export { environmentWith } from './environment';
export { crashPointFolder } from './crash-points';
