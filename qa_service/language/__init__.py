"""What is known of English wherever text is read: words, numbers, amounts, months, titles of persons."""
