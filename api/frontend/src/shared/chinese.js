// Texts of the diagram tools that bpmn-js-i18n does not translate, or not in our words.
export default {};
