// Object types, in the colours and symbols of app/components/palette.py.
export const byType = {
  name: 'type',
  colour: (data, projection, {theme}) => ({
    codes: data.types,
    entries: data.type_styles.map(style => ({name: style.name, colour: style[theme], symbol: style.symbol})),
  }),
};
