"""What Streamlit draws around the stage: buttons, popovers, lists, and the stage's own mount."""
