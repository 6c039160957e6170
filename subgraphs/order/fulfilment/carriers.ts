/** Where the parcels of carriers that we know can be followed, by their names in small letters. */
const TRACKING_PAGES: Readonly<Record<string, (number: string) => string>> = {
  bpost: (number) => `https://track.bpost.cloud/btr/web/#/search?itemCode=${number}`,
  dhl: (number) => `https://www.dhl.com/global-en/home/tracking.html?tracking-id=${number}`,
  dpd: (number) => `https://tracking.dpd.de/status/en_US/parcel/${number}`,
  fedex: (number) => `https://www.fedex.com/fedextrack/?trknbr=${number}`,
  gls: (number) => `https://gls-group.eu/track/${number}`,
  hermes: (number) => `https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation#${number}`,
  postnl: (number) => `https://jouw.postnl.nl/track-and-trace/${number}`,
  'royal mail': (number) => `https://www.royalmail.com/track-your-item#/tracking-results/${number}`,
  ups: (number) => `https://www.ups.com/track?tracknum=${number}`,
  usps: (number) => `https://tools.usps.com/go/TrackConfirmAction?tLabels=${number}`,
};

/** The page of a parcel, for a carrier that we know; `null` for others. */
export function trackingPage(carrier: string, trackingNumber: string): string | null {
  return TRACKING_PAGES[carrier.toLowerCase()]?.(encodeURIComponent(trackingNumber)) ?? null;
}
