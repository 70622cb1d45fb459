// Which images the switches of the legend hide, over all colour modes.

export class Filter {
  // `codesOf(mode)` resolves to the codes (N,) of a colour mode on the first plot.
  constructor(state, codesOf) {
    Object.assign(this, {state, codesOf});
  }

  // Colour modes in which an entry is switched off.
  get activeModes() {
    return Object.keys(this.state.hiddenCodes).filter(mode => this.state.hiddenCodes[mode].size);
  }

  async apply() {
    const codesByMode = {};
    for (const mode of this.activeModes) codesByMode[mode] = await this.codesOf(mode);
    this.state.filter(codesByMode);
  }

  async showAll() {
    for (const mode of this.activeModes) this.state.hiddenCodes[mode].clear();
    await this.apply();
  }

  // Switches on the entries that hide the rows.
  async reveal(rows) {
    for (const mode of this.activeModes) {
      const codes = await this.codesOf(mode);
      for (const row of rows) this.state.hiddenCodes[mode].delete(codes[row]);
    }
    await this.apply();
  }
}
