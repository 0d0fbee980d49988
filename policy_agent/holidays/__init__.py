"""Holiday lists: iCalendar text to days, the copies that ship, and GOV.UK's feeds."""
