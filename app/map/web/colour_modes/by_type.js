// Object types, in the colours and symbols of app/components/palette.py.
export const byType = {
  name: 'type',
  colour: data => ({codes: data.types, entries: data.type_styles}),
};
