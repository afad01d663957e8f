/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_TEST_EXPLAINED_H
#define WARDEN_TEST_EXPLAINED_H

/**
 * explained() - what `wardenctl policy explain --running` says of a question
 * @question: its words, NULL after the last
 *
 * Return: "allowed", "consent", or the reason it is denied for, until the next call; "" where it says nothing.
 */
const char *explained(const char *const question[]);

#endif /* WARDEN_TEST_EXPLAINED_H */
