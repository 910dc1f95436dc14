/*
 * Texts of clients and scenarios in the notations of reports: whatever is in
 * them, they end where they should and mean nothing. What is no UTF-8, and what
 * XML and YAML have no place for, becomes U+FFFD or, where people read it,
 * "\x1b".
 */
#ifndef REPORT_ESCAPE_H
#define REPORT_ESCAPE_H

#include "util/buf.h"

/* XML 1.0, section 2.2 and 2.4: in an element's text, or in an attribute
 * between quotation marks. */
void escape_xml(struct buf *out, const char *text);
void escape_xml_attribute(struct buf *out, const char *text);

/* TAP 14: a description, which is one line. */
void escape_tap(struct buf *out, const char *text);
/* YAML 1.2: a scalar between quotation marks, which it adds. */
void escape_yaml(struct buf *out, const char *text);

/* GitHub's Markdown: one line of a paragraph or a table's cell. */
void escape_markdown(struct buf *out, const char *text);
/* The same as code, with its backticks. */
void escape_markdown_code(struct buf *out, const char *text);
/* Mermaid: the text of a message or note, one line. */
void escape_mermaid(struct buf *out, const char *text);

/* Workflow commands of GitHub: the message, and the value of a property. */
void escape_command(struct buf *out, const char *text);
void escape_command_property(struct buf *out, const char *text);

#endif
