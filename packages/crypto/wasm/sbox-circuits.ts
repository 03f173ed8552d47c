import { type Circuit, circuit } from './circuit.ts'

/** Circuits of S-boxes 1 to 8: made by `npm run sboxes`, not by hand. */
export const CIRCUITS: readonly Circuit[] = [
  // S-box 1: 58 gates
  circuit(
    'xor 3 0, andnot 7 5, xor 2 8, andnot 5 2, xor 10 7, and 8 2, andnot 12 0, xor 11 13, or 14 1, xor 9 15, xor 9 6, andnot 16 3, or 18 14, and 19 1, xor 17 20, andnot 0 21, andnot 22 11, and 23 5, xor 21 24, andnot 25 4, xor 16 26, xor 18 10, andnot 28 1, xor 7 29, or 16 1, and 17 0, xor 31 32, andnot 33 5, xor 30 34, andnot 27 10, or 32 28, andnot 37 1, xor 36 38, or 39 4, xor 35 40, xor 16 5, xor 42 10, and 43 4, xor 21 44, xor 44 5, xor 46 4, or 9 4, xor 48 43, and 49 3, xor 47 50, andnot 51 0, xor 45 52, xor 41 27, xor 54 53, xor 44 1, and 56 1, xor 55 57, or 48 27, xor 59 32, or 60 2, xor 44 61, or 62 3, xor 58 63',
    [53, 41, 27, 64],
  ),
  // S-box 2: 53 gates
  circuit(
    'andnot 1 5, xor 7 4, andnot 6 0, xor 8 9, or 9 8, and 11 7, or 12 3, xor 10 13, and 4 3, andnot 5 15, or 11 5, and 17 1, xor 16 18, andnot 19 2, xor 14 20, andnot 0 21, andnot 22 5, xor 10 23, or 5 0, andnot 25 1, xor 9 26, and 27 2, xor 24 28, and 10 1, or 30 4, xor 16 31, xor 22 4, xor 33 5, or 34 2, xor 32 35, or 36 3, xor 29 37, andnot 8 24, xor 39 3, or 14 4, xor 41 5, or 42 1, xor 40 43, and 5 4, and 45 0, xor 12 46, or 47 2, xor 44 48, xor 25 2, andnot 27 49, xor 51 39, andnot 52 1, xor 50 53, and 49 11, andnot 40 1, xor 55 56, or 57 4, xor 54 58',
    [49, 21, 38, 59],
  ),
  // S-box 3: 55 gates
  circuit(
    'xor 5 2, xor 7 1, and 2 1, andnot 5 9, or 10 3, xor 8 11, andnot 11 0, xor 12 13, andnot 1 7, xor 15 2, xor 16 3, or 17 0, xor 15 18, andnot 19 4, xor 14 20, xor 4 3, xor 22 19, and 4 2, or 24 5, or 25 1, xor 23 26, or 23 1, and 28 3, xor 6 29, and 4 3, or 31 21, and 32 5, xor 30 33, andnot 34 0, xor 27 35, andnot 12 7, xor 37 22, xor 27 1, and 39 32, and 40 3, xor 38 41, xor 39 22, or 43 41, and 40 1, xor 45 30, andnot 46 2, xor 44 47, andnot 48 0, xor 42 49, xor 24 8, andnot 15 36, or 52 0, xor 51 53, or 10 4, xor 34 12, and 56 5, and 57 0, xor 55 58, and 59 3, xor 54 60',
    [36, 61, 50, 21],
  ),
  // S-box 4: 42 gates
  circuit(
    'xor 4 3, andnot 3 4, xor 8 2, or 9 1, xor 7 10, andnot 4 2, and 9 3, and 13 1, xor 12 14, or 15 0, xor 11 16, xor 9 4, or 11 9, and 19 1, xor 18 20, xor 13 12, and 22 19, and 23 0, xor 21 24, or 25 5, xor 17 26, or 7 1, xor 28 11, andnot 17 1, or 30 22, and 31 0, xor 29 32, xor 33 17, xor 34 6, or 35 3, xor 27 36, and 35 1, xor 37 38, andnot 39 5, xor 33 40, xor 17 6, and 25 5, xor 42 43, xor 41 39, xor 45 43, or 6 0, xor 46 47',
    [27, 44, 41, 48],
  ),
  // S-box 5: 59 gates
  circuit(
    'xor 4 1, andnot 1 4, or 8 5, andnot 9 3, xor 7 10, or 10 4, or 12 1, xor 5 13, andnot 14 0, xor 11 15, xor 16 3, xor 14 6, or 18 17, andnot 19 1, xor 17 20, xor 21 8, and 22 0, xor 21 23, or 24 2, xor 16 25, xor 17 5, and 10 1, xor 27 28, andnot 27 3, xor 30 12, or 31 2, xor 29 32, xor 30 14, andnot 31 10, andnot 35 2, xor 34 36, or 37 0, xor 33 38, or 17 14, or 40 0, xor 29 41, andnot 23 3, xor 42 43, or 34 22, andnot 45 4, xor 18 46, andnot 26 9, xor 48 30, and 49 0, xor 47 50, and 51 2, xor 44 52, and 29 2, xor 54 31, xor 55 33, andnot 15 56, or 57 0, xor 55 58, or 42 36, xor 60 51, or 33 3, xor 61 62, or 63 1, xor 59 64',
    [53, 39, 26, 65],
  ),
  // S-box 6: 53 gates
  circuit(
    'xor 5 3, and 2 1, xor 7 8, xor 5 1, or 10 2, and 11 0, xor 9 12, andnot 10 7, or 1 2, xor 14 15, andnot 13 1, xor 17 0, andnot 18 5, xor 9 19, and 20 0, xor 16 21, and 22 4, xor 13 23, and 22 11, xor 25 17, xor 10 6, or 27 20, andnot 28 0, xor 26 29, or 18 10, andnot 29 26, andnot 32 3, xor 31 33, and 34 4, xor 30 35, xor 9 1, andnot 8 24, or 38 0, xor 37 39, andnot 22 40, andnot 10 41, andnot 40 16, xor 43 27, andnot 44 1, xor 42 45, andnot 46 4, xor 40 47, andnot 37 14, xor 49 8, xor 26 8, or 51 0, xor 50 52, andnot 3 29, or 19 0, and 55 2, xor 54 56, or 57 4, xor 53 58',
    [48, 36, 24, 59],
  ),
  // S-box 7: 56 gates
  circuit(
    'andnot 2 5, xor 7 4, andnot 4 5, or 9 3, xor 8 10, xor 3 2, and 12 4, or 13 1, xor 11 14, and 10 8, xor 16 13, or 17 5, xor 2 18, andnot 12 8, xor 20 2, or 21 1, xor 19 22, andnot 23 0, xor 15 24, xor 25 23, or 25 16, or 27 0, xor 6 28, andnot 29 4, xor 26 30, or 13 0, andnot 19 32, or 33 3, andnot 34 2, xor 32 35, and 36 1, xor 33 37, and 38 5, xor 31 39, or 16 9, xor 41 23, andnot 8 19, andnot 43 1, xor 42 44, or 27 4, andnot 22 38, xor 47 1, and 48 5, xor 46 49, andnot 50 0, xor 45 51, xor 19 0, or 15 12, and 54 49, and 55 5, xor 53 56, xor 34 27, and 58 5, xor 1 59, andnot 60 2, xor 57 61',
    [25, 40, 52, 62],
  ),
  // S-box 8: 52 gates
  circuit(
    'xor 5 3, xor 6 4, or 8 2, xor 7 9, andnot 8 3, xor 11 2, and 12 1, xor 10 13, or 10 5, andnot 3 4, xor 15 16, and 15 12, or 18 1, xor 17 19, and 20 0, xor 14 21, andnot 7 11, xor 23 1, and 22 1, or 25 2, xor 24 26, xor 25 10, andnot 4 28, andnot 28 17, xor 30 3, and 31 3, xor 29 32, or 33 0, xor 27 34, andnot 20 1, xor 36 28, or 12 1, andnot 38 5, xor 36 39, and 40 0, xor 37 41, xor 1 0, and 22 5, xor 43 44, and 45 4, xor 42 46, xor 45 10, or 21 7, andnot 49 1, xor 48 50, xor 45 41, xor 52 35, andnot 36 48, and 54 3, xor 53 55, andnot 56 4, xor 51 57',
    [47, 22, 35, 58],
  ),
]
