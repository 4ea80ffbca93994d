/** Trades software serves: commerce, finance, media, maps, learning, health, travel, and more. */
export const DOMAIN_WORDS = [
  // commerce and money
  "pay payment charge billing invoice checkout card",
  "pay charge bill invoice money cost spend",
  "price pricing discount coupon voucher total amount cost rounding",
  "refund return chargeback reimbursement",
  "cart basket order checkout purchase bag",
  "product article item sku goods merchandise",
  "product catalogue catalog listing assortment range",
  "tax vat currency money amount cents",
  "subscription plan renewal recurring",
  "ledger booking posting journal accounting double",
  "stock inventory warehouse quantity",
  "shipping shipment delivery carrier parcel",
  // media
  "image picture photo thumbnail visual preview screenshot",
  "resize scale rescale downscale upscale zoom",
  "audio sound music volume voice",
  "video stream playback player",
  // maps and travel
  "map geo location position coordinates gps",
  "gps position track fix location satellite",
  "distance near nearby radius proximity closest",
  // learning and health
  "train teach explain onboard onboarding learn tutorial",
  // other trades
  "spreadsheet csv excel xlsx sheet export",
] as const;
