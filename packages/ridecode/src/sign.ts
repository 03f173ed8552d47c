/** Gives the SM2 signature r || s, 64 bytes, under an id (null: no ZA). It runs on the phone. */
export type UserSign = (message: Uint8Array, id: Uint8Array | null) => Uint8Array

/** The same behind a key store, which may answer later. */
export type IssuerSign = (
  message: Uint8Array,
  id: Uint8Array | null,
) => Uint8Array | Promise<Uint8Array>
