/** Names of product families, in the manner of small outdoor and design brands. */
export const SERIES = [
  'Halden', 'Vardø', 'Alba', 'Nordkapp', 'Lyra', 'Fjord', 'Tarn', 'Birch', 'Sorrel', 'Kestrel', 'Aalto', 'Bruma', 'Cedar', 'Dune', 'Ember',
  'Fennel', 'Garnet', 'Heron', 'Isla', 'Juniper', 'Koster', 'Larch', 'Maren', 'Noor', 'Osprey', 'Pallas', 'Quill', 'Rowan', 'Skagen', 'Tindra',
  'Umbra', 'Vega', 'Willow', 'Ymir', 'Zephyr', 'Arden', 'Bergen', 'Calla', 'Dovre', 'Elva', 'Falun', 'Gotland', 'Hazel', 'Inari', 'Jura',
  'Kalmar', 'Linden', 'Mistral', 'Nesna', 'Oslo', 'Porto', 'Rila', 'Selje', 'Tromsø', 'Uppsala', 'Visby', 'Wren', 'Ylva', 'Åre', 'Solace',
  'Marlow', 'Briar', 'Clover', 'Delft', 'Eider', 'Fern', 'Grove', 'Harbour', 'Ivy', 'Jasper', 'Kelp', 'Lagoon', 'Meadow', 'Nettle', 'Orchard',
  'Pebble', 'Reed', 'Saga', 'Thyme', 'Vale',
] as const;

/** Brands that make a bit of everything, beside those that the catalogue names. */
export const HOUSE_BRANDS: Readonly<Record<string, readonly string[]>> = {
  Outdoor: ['Skarv Outdoor', 'Heidelicht', 'Tundra Works'],
  Cycling: ['Radkultur', 'Northline Bikes', 'Pedale & Co'],
  Clothing: ['Strandgut', 'Nilsson & Daughters', 'Common Thread'],
  Shoes: ['Gangart', 'Calzado Río', 'Northstep'],
  Home: ['Hjem Studio', 'Formwerk', 'Casa Lume'],
  Kitchen: ['Tischlein', 'Cucina Nove', 'Hearth & Oak'],
  Garden: ['Grünzeug', 'Potting Shed Co', 'Hortus Nord'],
  Stationery: ['Blattwerk', 'Inkwell & Sons', 'Papira'],
  'Bath & Body': ['Badehaus', 'Saltwater Soapery', 'Flor de Lavanda'],
  Pantry: ['Kornkammer', 'Larder Lane', 'Tre Fratelli'],
  Kids: ['Pünktchen', 'Little Lighthouse', 'Wurzelkind'],
  Electronics: ['Nordvolt Audio', 'Klarwerk', 'Signal & Sons'],
  Sports: ['Ausdauer', 'Ridge & Rope', 'Stillpoint'],
  Pets: ['Pfotenwerk', 'Fetch & Co', 'Maunz'],
};

export const COLORS: Readonly<Record<string, string>> = {
  Moss: '#7a8450', Sand: '#d9c7a3', Slate: '#5d6b78', Rust: '#b5532d', Navy: '#26385a', Black: '#26262a', Cream: '#efe6d2', Forest: '#2f5d46',
  Sky: '#9fc3dd', Ochre: '#cf9a2e', White: '#f5f5f2', Camel: '#bf9160', Brown: '#6f4a2f', Brass: '#b89445', Clear: '#dfeaec', Smoke: '#8b8c8e',
  Amber: '#c8832a', Plum: '#6d3d5b', Sage: '#a9b89a', Coral: '#e0806b',
};

export const CLOSERS = [
  'Repairable, with spare parts for ten years.',
  'Made in small batches and checked by hand.',
  'Packed without plastic.',
  'Designed to be used daily and to look better for it.',
  'Comes with a two-year guarantee, and with people who answer the phone.',
  'A present that gets used.',
  'Tested by the people in our shop for a whole season.',
  'One of those things that you only buy once.',
] as const;

export const FIRST_NAMES = [
  'Anna', 'Jonas', 'Lena', 'Mats', 'Sofia', 'Emil', 'Clara', 'Noah', 'Ida', 'Felix', 'Marta', 'Leo', 'Nina', 'Oskar', 'Elif', 'Hugo', 'Freya',
  'Luca', 'Amélie', 'Tomasz', 'Zoë', 'Pavel', 'Inês', 'Mikael', 'Aylin', 'Jakob', 'Greta', 'Rui', 'Hanna', 'Théo', 'Julia', 'Anton', 'Camille',
  'Samir', 'Linnea', 'David', 'Paula', 'Erik', 'Yara', 'Maria', 'Björn', 'Lucía', 'Daan', 'Kasia', 'Olivia', 'Piet', 'Giulia', 'Aron',
] as const;

export const LAST_NAMES = [
  'Lindqvist', 'Müller', 'Jansen', 'Rossi', 'Kowalski', 'Dubois', 'Silva', 'Novák', 'Hansen', 'Weber', 'García', 'Bakker', 'Andersson', 'Moreau',
  'Fischer', 'Costa', 'Virtanen', 'Schmidt', 'Bianchi', 'Nielsen', 'Peeters', 'Keller', 'Svensson', 'Martin', 'de Vries', 'Horváth', 'Kaya',
  'Bauer', 'Johansson', 'Laurent', 'Romano', 'Visser', 'Olsen', 'Wagner', 'Ferrari', 'Smit', 'Berg', 'Schneider', 'Petit', 'Mäkinen', 'Ricci',
  'Hoffmann', 'Lopes', 'Krause', 'Claes', 'Sørensen', 'Popescu', 'Brandt',
] as const;

export const CITIES: readonly { readonly city: string; readonly countryCode: string; readonly postal: string; readonly streets: readonly string[] }[] = [
  { city: 'Berlin', countryCode: 'DE', postal: '10###', streets: ['Kastanienallee', 'Oranienstraße', 'Wühlischstraße'] },
  { city: 'Hamburg', countryCode: 'DE', postal: '20###', streets: ['Lange Reihe', 'Bartelsstraße', 'Eppendorfer Weg'] },
  { city: 'München', countryCode: 'DE', postal: '80###', streets: ['Fraunhoferstraße', 'Gärtnerplatz', 'Türkenstraße'] },
  { city: 'Wien', countryCode: 'AT', postal: '10#0', streets: ['Neubaugasse', 'Lindengasse', 'Praterstraße'] },
  { city: 'Amsterdam', countryCode: 'NL', postal: '10## AB', streets: ['Haarlemmerdijk', 'Overtoom', 'Javastraat'] },
  { city: 'Utrecht', countryCode: 'NL', postal: '35## CD', streets: ['Oudegracht', 'Biltstraat'] },
  { city: 'Antwerpen', countryCode: 'BE', postal: '20#0', streets: ['Kloosterstraat', 'Nationalestraat'] },
  { city: 'Paris', countryCode: 'FR', postal: '750##', streets: ['Rue des Martyrs', 'Rue Oberkampf', 'Rue de Charonne'] },
  { city: 'Lyon', countryCode: 'FR', postal: '690##', streets: ['Rue de la République', 'Montée de la Grande-Côte'] },
  { city: 'Milano', countryCode: 'IT', postal: '201##', streets: ['Via Tortona', 'Corso Garibaldi'] },
  { city: 'Lisboa', countryCode: 'PT', postal: '11##-0#0', streets: ['Rua da Bica', 'Rua do Século'] },
  { city: 'Madrid', countryCode: 'ES', postal: '280##', streets: ['Calle del Pez', 'Calle de Argumosa'] },
  { city: 'København', countryCode: 'DK', postal: '2##0', streets: ['Jægersborggade', 'Istedgade'] },
  { city: 'Helsinki', countryCode: 'FI', postal: '00##0', streets: ['Vaasankatu', 'Uudenmaankatu'] },
  { city: 'Dublin', countryCode: 'IE', postal: 'D0#', streets: ['Camden Street', 'Drury Street'] },
];
