"""Reports: records as HTML pages, PDFs and pictures."""
