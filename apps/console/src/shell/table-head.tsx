import { type Text, useText } from '@unifare/language'

/** The head of a table: what its columns say. */
export function TableHead({ texts }: { readonly texts: readonly Text<string>[] }) {
  const t = useText()
  return (
    <thead>
      <tr>
        {texts.map((text) => (
          <th key={text.en} scope="col">
            {t(text)}
          </th>
        ))}
      </tr>
    </thead>
  )
}
