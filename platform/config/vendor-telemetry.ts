/** Keeps @apollo/gateway from sending usage data to its vendor; it reads this variable when a gateway is made. */
export function silenceVendorTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
}
